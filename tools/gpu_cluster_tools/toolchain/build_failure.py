"""Error of a failed build, with advice that its output suggests."""

import re

from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.tool import Tool
from gpu_cluster_tools.toolchain.tools import MODULES

_ADVICE = {
    r"no space left on device": "free disk space: the first build needs about 15 GB in the cache directory.",
    r"checksum mismatch|SECURITY ERROR": (
        "stop: the download does not match go.sum. Check what is between this machine and the module source "
        "(GOPROXY) before trying again."
    ),
    r"x509: ": (
        "set SSL_CERT_FILE to a file with the CA certificates of this machine and of your proxy, then run "
        "the same command again."
    ),
    r"dial tcp|no such host|TLS handshake|timeout|connection refused| [45]\d\d |disabled by GOPROXY": (
        "check the network and GOPROXY, then run the same command again: it continues where it stopped. "
        "Without a network, copy the directory gpu-cluster/tools from the cache of another machine."
    ),
    r"signal: killed|cannot allocate memory": (
        "free memory, or set GOMAXPROCS=1 to compile one package at a time."
    ),
}
_OTHERWISE = "run the same command again; if it fails again, see the output above."


def build_failure(tool: Tool, command: str, output: str) -> ToolchainError:
    lines = [line for line in output.splitlines() if not line.startswith("go: downloading ")]
    advice = next((text for pattern, text in _ADVICE.items() if re.search(pattern, output)), _OTHERWISE)
    return ToolchainError(
        "\n".join(
            [
                f"{tool.name} {tool.version} could not be built from {MODULES / tool.module}.",
                f"Command: {command}",
                "Output:",
                *(f"  {line}" for line in lines),
                f"What to do: {advice}",
            ]
        )
    )
