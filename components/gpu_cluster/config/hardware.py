"""`gpu-cluster:hardware`: instance types and GPUs that the catalog lacks."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from gpu_cluster.config.gpu import require_both
from gpu_cluster.config.names import LabelValue
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.quantity import Bytes
from gpu_cluster.config.settings import Settings

InstanceName = Annotated[
    str, Pattern(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "an EC2 instance type such as g6.4xlarge")
]
GpuName = Annotated[str, Pattern(r"[A-Z][A-Za-z0-9-]*", "the name of a GPU, such as H100 or A100-80GB")]


class DeclaredGpu(Settings):
    """A GPU as its driver and GPU feature discovery report it. It has no MIG."""

    product: LabelValue
    """Value of the label nvidia.com/gpu.product, such as NVIDIA-H100-80GB-HBM3."""

    memory: Bytes
    """Memory that the driver reports, such as 81559Mi."""


class DeclaredInstance(Settings):
    """An EC2 instance type as DescribeInstanceTypes reports it. It has no EFA."""

    model_config = ConfigDict(json_schema_extra={"dependentRequired": {"gpu": ["gpus"], "gpus": ["gpu"]}})

    cpus: PositiveInt
    """Logical CPUs."""

    memory: Bytes
    """Nominal memory, such as 64Gi; a node registers less."""

    architecture: Literal["amd64", "arm64"] = "amd64"
    """amd64 or arm64. Default: amd64."""

    gpu: str | None = None
    """GPU of the catalog or of gpu-cluster:hardware.gpus. Default: none."""

    gpus: NonNegativeInt = 0
    """GPUs of one server. Default: 0."""

    network_gbps: PositiveFloat = 1
    """Sustained network bandwidth in Gbit/s. Default: 1."""

    local_disk: Bytes | None = None
    """Local NVMe disks together, such as 3800G. Default: none."""

    max_pods: PositiveInt = 110
    """Pods that its network interfaces have addresses for. Default: 110."""

    hourly_usd: PositiveFloat | None = None
    """US dollars an hour on demand in the region of the stack. Default: none; totals are incomplete."""

    @model_validator(mode="after")
    def _gpu_with_count(self) -> Self:
        require_both(self.gpu, self.gpus)
        return self


class HardwareSettings(Settings):
    """Hardware that the catalog lacks, with its facts."""

    gpus: dict[GpuName, DeclaredGpu] = Field(default={})
    """GPUs by name, for instance types and for machines. Default: none."""

    instances: dict[InstanceName, DeclaredInstance] = Field(default={})
    """Instance types by name. Default: none."""
