"""`gpu-cluster:pools`: node pools and GPU sharing."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveInt, model_validator
from pydantic.alias_generators import to_camel
from pydantic.config import JsonDict

from gpu_cluster.config.gpu import require_both
from gpu_cluster.config.min_max import NodeCount
from gpu_cluster.config.names import LabelKey, LabelValue
from gpu_cluster.config.node_settings import KubeletFields, Reserve, UserData
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.pool_capacity import Capacity, CapacitySettings, Market
from gpu_cluster.config.quantity import Bytes
from gpu_cluster.config.section import Settings
from gpu_cluster.config.zone import Zone

AmiRelease = Annotated[
    str,
    Pattern(
        r"\d+\.\d+\.\d+-(\d{8}|[0-9a-f]{8})",
        "a release such as 1.35.4-20260818, or 1.63.0-0a1b2c3d for Bottlerocket",
    ),
]


AmiId = Annotated[str, Pattern(r"ami-[0-9a-f]{8,17}", "an image ID such as ami-0123456789abcdef0")]


class Machine(Settings):
    """On-premises server."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"required": ["gpu"]},
            "then": {"required": ["gpus"], "properties": {"gpus": {"minimum": 1}}},
            "else": {"properties": {"gpus": {"maximum": 0}}},
        }
    )

    cpus: PositiveInt
    """Logical CPUs."""

    memory: Bytes
    """Memory, such as 1Ti."""

    gpu: str | None = None
    """GPU model, such as H100. Default: none."""

    gpus: NonNegativeInt = 0
    """GPUs per server. Default: 0."""

    @model_validator(mode="after")
    def _gpu_with_count(self) -> Self:
        require_both(self.gpu, self.gpus)
        return self


class Taint(Settings):
    """Taint of nodes."""

    value: LabelValue = ""
    """Value of the taint. Default: empty."""

    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = "NoSchedule"
    """NoSchedule, PreferNoSchedule or NoExecute. Default: NoSchedule."""


class Sharing(Settings):
    """GPU sharing. Exactly one of timeSlicing, mps and mig."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    time_slicing: Annotated[int, Field(ge=2)] | None = None
    """Time slices per GPU, without memory isolation. Default: none."""

    mps: Annotated[int, Field(ge=2, le=48)] | None = None
    """MPS clients per GPU, with equal shares of its memory. Default: none."""

    mig: Annotated[dict[str, PositiveInt], Field(min_length=1)] | None = None
    """MIG instances per GPU by profile, such as {"1g.10gb": 7}. Default: none."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [to_camel(field) for field in type(self).model_fields if field in self.model_fields_set]
        if len(given) != 1:
            raise ValueError(
                f"expected exactly one of timeSlicing, mps and mig, got {' and '.join(given) or 'none'}"
            )
        return self


class AmiFamily(StrEnum):
    """Operating system of a node."""

    AL2023 = "al2023"
    BOTTLEROCKET = "bottlerocket"


class Ami(Settings):
    """Machine image of a pool's nodes."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"family": {"const": "bottlerocket"}}, "required": ["family"]},
            "then": {"anyOf": [{"required": ["release"]}, {"required": ["id"]}]},
            "else": {"properties": {"release": {"pattern": "-[0-9]{8}$"}}},
            "not": {"required": ["release", "id"]},
        }
    )

    family: AmiFamily = AmiFamily.AL2023
    """Operating system: al2023 (Amazon Linux 2023) or bottlerocket. Default: al2023."""

    release: AmiRelease | None = None
    """EKS AMI release, such as 1.35.4-20260818. Default: the catalog's, by Kubernetes version."""

    id: AmiId | None = None
    """ID of a custom AMI, based on the EKS AMI of the family. Default: the EKS AMI."""

    @model_validator(mode="after")
    def _one_image(self) -> Self:
        if self.id and self.release:
            raise ValueError(f"expected one of id and release, got {self.id} and {self.release}")
        return self


class Disk(Settings):
    """Root volume of each node: gp3, encrypted with the platform's KMS key."""

    size: Bytes = "100Gi"
    """Size, such as 200Gi; images and logs use local disks if available. Default: 100Gi."""

    iops: Annotated[int, Field(ge=3000, le=80_000)] | None = None
    """Provisioned IOPS. Default: 3000, or 4 per MiB/s of throughput if more."""

    throughput: Annotated[int, Field(ge=125, le=2000)] = 125
    """Throughput in MiB/s. Default: 125."""


class Update(Settings):
    """Rolling update of nodes when their image or settings change."""

    surge: bool | None = None
    """Start new nodes before old ones are removed. Default: true; false for reserved capacity."""

    max_unavailable: Annotated[int, Field(ge=1, le=100)] = 1
    """Maximum nodes replaced at the same time. Default: 1."""


class Provisioner(StrEnum):
    """Provisioner of a pool's nodes."""

    NODE_GROUP = "node-group"
    KARPENTER = "karpenter"


_BY_KARPENTER: JsonDict = {
    "nodes": {"type": "object", "properties": {"min": {"const": 0}}},
    "sharing": False,
    "capacity": {"properties": {"capacityBlock": False}},
    "update": {"properties": {"surge": False}},
}
"""Schema of Karpenter pools: no minimum size, no GPU sharing, no capacity block, no surge."""


class PoolSettings(Settings):
    """Node pool."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["instance"]}, {"required": ["machine"]}],
            "if": {"properties": {"provisioner": {"const": "karpenter"}}, "required": ["provisioner"]},
            "then": {"properties": _BY_KARPENTER},
        }
    )

    instance: str | None = None
    """EC2 instance type, such as g6.4xlarge. Exactly one of instance and machine. Default: none."""

    machine: Machine | None = None
    """Hardware of on-premises servers; only with provider existing. Default: none."""

    nodes: NodeCount
    """Number of nodes, fixed or from min to max."""

    sharing: Sharing | None = None
    """GPU sharing: timeSlicing, mps or mig. Default: none, whole GPUs."""

    labels: dict[LabelKey, LabelValue] = Field(default={})
    """Node labels; with provider existing, they select the nodes. Default: gpu-cluster/pool."""

    taints: dict[LabelKey, Taint] = Field(default={})
    """Node taints by key; GPU pools always have nvidia.com/gpu. Default: none."""

    zones: Annotated[list[Zone], Field(min_length=1)] | None = None
    """Availability zones; only with provider eks. Default: the zone of the reservation, or all."""

    capacity: CapacitySettings = Capacity(market=Market.ON_DEMAND)
    """Purchase option: on-demand, spot, or reserved capacity; eks only. Default: on-demand."""

    ami: Ami = Ami()
    """Machine image of the nodes; only with provider eks."""

    disk: Disk = Disk()
    """Root volume of the nodes; only with provider eks."""

    efa: bool = False
    """Enable all EFA interfaces of the instance; eks only, in one zone. Default: false."""

    repair: bool = True
    """Reboot or replace unhealthy nodes, including GPU faults; eks only. Default: true."""

    provisioner: Provisioner = Provisioner.NODE_GROUP
    """Provisioner: node-group or karpenter; only with provider eks. Default: node-group."""

    update: Update = Update()
    """Rolling update of nodes; only with provider eks."""

    user_data: UserData = UserData()
    """Additional user data; only with provider eks."""

    kubelet: KubeletFields = Field(default={})
    """KubeletConfiguration fields, merged over the platform's; eks with al2023 only. Default: none."""

    reserve: Reserve = Reserve()
    """Resources reserved on every node for its DaemonSets."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.instance is None) == (self.machine is None):
            given = "both" if self.machine else "neither"
            raise ValueError(f"expected exactly one of instance and machine, got {given}")
        return self
