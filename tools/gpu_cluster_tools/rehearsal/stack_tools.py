"""Tools and charts that the rehearsal of a stack needs in addition to those of every stack."""

import shutil
import subprocess
from pathlib import Path

from gpu_cluster.config.pools import Provisioner
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.toolchain import (
    AWS_PROVIDER,
    ENVOY_GATEWAY_CHARTS,
    KARPENTER,
    KARPENTER_CHARTS,
    LWS_CONTROLLER,
    Tool,
    Toolchain,
)


def tools_of(stack: Stack) -> list[Tool]:
    """Tools that have to be built before a stack can be rehearsed."""
    of_cluster = [*([LWS_CONTROLLER] if stack.serving.installs_lws else []), *gateway_charts(stack)]
    if stack.cluster.provider != "eks":
        return of_cluster
    return [AWS_PROVIDER, *([KARPENTER] if has_karpenter(stack) else []), *of_cluster]


def has_karpenter(stack: Stack) -> bool:
    """True if Karpenter launches nodes of the stack."""
    return any(pool.provisioner is Provisioner.KARPENTER for pool in stack.pools.values())


def write_charts(stack: Stack, toolchain: Toolchain, folder: Path) -> bool:
    """Write the charts that the stack would fetch from a registry; whether there are any."""
    writers = [*([KARPENTER_CHARTS] if has_karpenter(stack) else []), *gateway_charts(stack)]
    shutil.rmtree(folder, ignore_errors=True)
    for writer in writers:
        folder.mkdir(exist_ok=True)
        subprocess.run([toolchain.path(writer.name), folder], check=True)  # noqa: S603
    return bool(writers)


def gateway_charts(stack: Stack) -> list[Tool]:
    """Writer of the charts of Envoy Gateway, where the stack installs it."""
    return [ENVOY_GATEWAY_CHARTS] if stack.gateway and stack.gateway.is_installed else []
