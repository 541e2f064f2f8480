"""`gpu-cluster:hardware`: instance types and GPUs that are not in the catalog."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from gpu_cluster.config.gpu import require_both
from gpu_cluster.config.names import LabelValue
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.quantity import Bytes
from gpu_cluster.config.section import Settings

InstanceName = Annotated[
    str, Pattern(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "an EC2 instance type such as g6.4xlarge")
]
GpuName = Annotated[str, Pattern(r"[A-Z][A-Za-z0-9-]*", "the name of a GPU, such as H100 or A100-80GB")]


class DeclaredGpu(Settings):
    """GPU without MIG, as reported by its driver and GPU feature discovery."""

    product: LabelValue
    """Value of the label nvidia.com/gpu.product, such as NVIDIA-H100-80GB-HBM3."""

    memory: Bytes
    """Memory reported by the driver, such as 81559Mi."""


class DeclaredInstance(Settings):
    """EC2 instance type without EFA, as reported by DescribeInstanceTypes."""

    model_config = ConfigDict(json_schema_extra={"dependentRequired": {"gpu": ["gpus"], "gpus": ["gpu"]}})

    cpus: PositiveInt
    """Logical CPUs."""

    memory: Bytes
    """Nominal memory, such as 64Gi; node capacity is lower."""

    architecture: Literal["amd64", "arm64"] = "amd64"
    """amd64 or arm64. Default: amd64."""

    gpu: str | None = None
    """GPU model, from the catalog or gpu-cluster:hardware.gpus. Default: none."""

    gpus: NonNegativeInt = 0
    """GPUs per instance. Default: 0."""

    network_gbps: PositiveFloat = 1
    """Baseline network bandwidth in Gbit/s. Default: 1."""

    local_disk: Bytes | None = None
    """Total size of local NVMe disks, such as 3800G. Default: none."""

    max_pods: PositiveInt = 110
    """Maximum pods by network interface addresses. Default: 110."""

    hourly_usd: PositiveFloat | None = None
    """On-demand price in US dollars per hour in the stack's region. Default: none; totals are incomplete."""

    @model_validator(mode="after")
    def _gpu_with_count(self) -> Self:
        require_both(self.gpu, self.gpus)
        return self


class HardwareSettings(Settings):
    """Hardware that is not in the catalog."""

    gpus: dict[GpuName, DeclaredGpu] = Field(default={})
    """GPUs by name, for instance types and machines. Default: none."""

    instances: dict[InstanceName, DeclaredInstance] = Field(default={})
    """Instance types by name. Default: none."""
