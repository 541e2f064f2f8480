"""`gpu-cluster:pools`: groups of like nodes, and how their GPUs are shared."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveInt, model_validator
from pydantic.alias_generators import to_camel
from pydantic.config import JsonDict

from gpu_cluster.config.capacity import Capacity, CapacitySettings, Market
from gpu_cluster.config.gpu import require_both
from gpu_cluster.config.min_max import NodeCount
from gpu_cluster.config.names import LabelKey, LabelValue
from gpu_cluster.config.node_settings import KubeletFields, Reserve, UserData
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.quantity import Bytes
from gpu_cluster.config.settings import Settings
from gpu_cluster.config.zone import Zone

AmiRelease = Annotated[
    str,
    Pattern(
        r"\d+\.\d+\.\d+-(\d{8}|[0-9a-f]{8})",
        "a release such as 1.35.4-20260818, or 1.63.0-0a1b2c3d of Bottlerocket",
    ),
]


AmiId = Annotated[str, Pattern(r"ami-[0-9a-f]{8,17}", "the id of an image, such as ami-0123456789abcdef0")]


class Machine(Settings):
    """A server that is in no cloud's catalog."""

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
    """GPUs in each server. Default: 0."""

    @model_validator(mode="after")
    def _gpu_with_count(self) -> Self:
        require_both(self.gpu, self.gpus)
        return self


class Taint(Settings):
    """A taint, which keeps away pods that do not tolerate it."""

    value: LabelValue = ""
    """Value that a toleration has to name beside the key. Default: empty."""

    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = "NoSchedule"
    """NoSchedule, PreferNoSchedule or NoExecute. Default: NoSchedule."""


class Sharing(Settings):
    """How one GPU serves several pods. Exactly one of timeSlicing, mps and mig."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    time_slicing: Annotated[int, Field(ge=2)] | None = None
    """Pods that take turns on each GPU, without memory isolation; at least 2. Default: none."""

    mps: Annotated[int, Field(ge=2, le=48)] | None = None
    """Pods that run side by side on each GPU, with equal shares of its memory; up to 48. Default: none."""

    mig: Annotated[dict[str, PositiveInt], Field(min_length=1)] | None = None
    """Isolated instances of each profile on each GPU, such as {"1g.10gb": 7}. Default: none."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [to_camel(field) for field in type(self).model_fields if field in self.model_fields_set]
        if len(given) != 1:
            raise ValueError(
                f"expected exactly one of timeSlicing, mps and mig, got {' and '.join(given) or 'none'}"
            )
        return self


class AmiFamily(StrEnum):
    """The operating system of a node."""

    AL2023 = "al2023"
    BOTTLEROCKET = "bottlerocket"


class Ami(Settings):
    """The machine image of a pool's nodes."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"family": {"const": "bottlerocket"}}, "required": ["family"]},
            "then": {"anyOf": [{"required": ["release"]}, {"required": ["id"]}]},
            "else": {"properties": {"release": {"pattern": "-[0-9]{8}$"}}},
            "not": {"required": ["release", "id"]},
        }
    )

    family: AmiFamily = AmiFamily.AL2023
    """al2023 (Amazon Linux 2023) or bottlerocket. Default: al2023."""

    release: AmiRelease | None = None
    """Release of the EKS image, such as 1.35.4-20260818. Default: what the catalog has for the cluster."""

    id: AmiId | None = None
    """Id of an image of one's own, built from that of the family. Default: the image of EKS."""

    @model_validator(mode="after")
    def _one_image(self) -> Self:
        if self.id and self.release:
            raise ValueError(f"expected one of id and release, got {self.id} and {self.release}")
        return self


class Disk(Settings):
    """The root volume of each node: gp3, encrypted with the platform's own key."""

    size: Bytes = "100Gi"
    """Size, such as 200Gi; images and logs are on local disks where there are any. Default: 100Gi."""

    iops: Annotated[int, Field(ge=3000, le=80_000)] | None = None
    """Input and output operations in a second. Default: 3000, or 4 for each MiB/s where that is more."""

    throughput: Annotated[int, Field(ge=125, le=2000)] = 125
    """MiB in a second. Default: 125."""


class Update(Settings):
    """How nodes are replaced when their image or settings change."""

    surge: bool | None = None
    """Start new nodes before old ones go. Default: true, false where the servers are reserved."""

    max_unavailable: Annotated[int, Field(ge=1, le=100)] = 1
    """Nodes that are replaced at once. Default: 1."""


class Provisioner(StrEnum):
    """The program that starts the nodes of a pool."""

    NODE_GROUP = "node-group"
    KARPENTER = "karpenter"


_BY_KARPENTER: JsonDict = {
    "nodes": {"type": "object", "properties": {"min": {"const": 0}}},
    "sharing": False,
    "capacity": {"properties": {"capacityBlock": False}},
    "update": {"properties": {"surge": False}},
}
"""Keys of a pool that Karpenter starts: it keeps no idle node, and shares no GPU."""


class PoolSettings(Settings):
    """Like nodes: what each is, how many there are, and who may use them."""

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
    """Hardware of each server that is no EC2 instance; only with provider existing. Default: none."""

    nodes: NodeCount
    """How many nodes, fixed or between min and max."""

    sharing: Sharing | None = None
    """How each GPU is shared: timeSlicing, mps or mig. Default: whole GPUs."""

    labels: dict[LabelKey, LabelValue] = Field(default={})
    """Labels of the pool's nodes; with provider existing they find the nodes. Default: gpu-cluster/pool."""

    taints: dict[LabelKey, Taint] = Field(default={})
    """Taints of the pool's nodes; a GPU pool always has nvidia.com/gpu. Default: none."""

    zones: Annotated[list[Zone], Field(min_length=1)] | None = None
    """Zones of the pool's nodes; only with provider eks. Default: that of its reservation, or all."""

    capacity: CapacitySettings = Capacity(market=Market.ON_DEMAND)
    """How AWS lends the servers: on-demand, spot, or what is reserved; eks only. Default: on-demand."""

    ami: Ami = Ami()
    """Machine image of the nodes; only with provider eks."""

    disk: Disk = Disk()
    """Root volume of the nodes; only with provider eks."""

    efa: bool = False
    """Join the nodes by EFA, all interfaces that the instance has; eks only, in one zone. Default: false."""

    repair: bool = True
    """Reboot or replace nodes that are ill, by what the GPU reports too; eks only. Default: true."""

    provisioner: Provisioner = Provisioner.NODE_GROUP
    """Provisioner of nodes: node-group or karpenter; only with provider eks. Default: node-group."""

    update: Update = Update()
    """How nodes are replaced; only with provider eks."""

    user_data: UserData = UserData()
    """User data beside that of the platform; only with provider eks."""

    kubelet: KubeletFields = Field(default={})
    """KubeletConfiguration fields, over the platform's; only with provider eks and al2023. Default: none."""

    reserve: Reserve = Reserve()
    """Resources of every node that are kept for its DaemonSets."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.instance is None) == (self.machine is None):
            given = "both" if self.machine else "neither"
            raise ValueError(f"expected exactly one of instance and machine, got {given}")
        return self
