"""`gpu-cluster:gpu`: device plugins."""

from typing import Annotated

from pydantic import Field, NonNegativeInt

from gpu_cluster.config.section import Settings

REPAIR_NAMESPACE = "gpu-repair"


class GpuRepairSettings(Settings):
    """Nodes whose GPU reports a fault are tainted and drained, within disruption budgets."""

    at_once: Annotated[int, Field(ge=1, le=100)] = 1
    """Maximum number of nodes with the taint at once; further ones wait. Default: 1."""

    after_minutes: NonNegativeInt = 5
    """Minutes from the fault to the taint. Default: 5."""


class GpuSettings(Settings):
    """Device plugins that advertise GPUs to the scheduler."""

    device_plugin: bool = True
    """Install the NVIDIA device plugin and, on eks, MIG manager; false if installed. Default: true."""

    repair: GpuRepairSettings | None = None
    """Taint and drain nodes with a faulty GPU; only with provider existing. Default: none, a person does."""


def require_both(gpu: str | None, gpus: int) -> None:
    """`ValueError` if only one of gpu and gpus is set."""
    if (gpu is None) != (gpus == 0):
        raise ValueError(f"gpu and gpus go together: gpu is {gpu or 'not set'} and gpus is {gpus}")
