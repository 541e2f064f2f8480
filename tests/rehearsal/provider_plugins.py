"""A Pulumi home with the providers among its plugins, as on a machine with Pulumi."""

from pathlib import Path

from gpu_cluster_tools.toolchain import Toolchain
from gpu_cluster_tools.toolchain.aws_provider import PULUMI_AWS_VERSION
from gpu_cluster_tools.toolchain.tools import PROVIDER_VERSION


def home_with_providers(folder: Path, toolchain: Toolchain) -> dict[str, str]:
    """Environment of an engine with this home; the toolchain has `AWS_PROVIDER`."""
    for name, version in (("aws", PULUMI_AWS_VERSION), ("kubernetes", PROVIDER_VERSION)):
        plugin = folder / f"home/plugins/resource-{name}-{version}"
        plugin.mkdir(parents=True)
        (plugin / f"pulumi-resource-{name}").symlink_to(toolchain.path(f"pulumi-resource-{name}"))
    return {"PULUMI_HOME": str(folder / "home")}
