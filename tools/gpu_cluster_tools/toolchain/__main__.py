"""`python -m gpu_cluster_tools.toolchain` builds the tools that the machine lacks, and lists them all.

With `--tests` it builds those as well that only tests need.
"""

import sys

from gpu_cluster_tools.toolchain.aws_provider import AWS_PROVIDER
from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.toolchain import install
from gpu_cluster_tools.toolchain.tools import WITNESSES

_OF_TESTS = (*WITNESSES, AWS_PROVIDER)


def main(arguments: list[str]) -> int:
    try:
        tools = install(also=_OF_TESTS if arguments == ["--tests"] else ()).tools
    except ToolchainError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    for name, found in sorted(tools.items()):
        print(f"{name:28}{found.version:9} {found.origin:8}{found.path}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
