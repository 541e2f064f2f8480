"""`gpu-cluster:pools`: groups of like nodes, and how their GPUs are shared."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveInt, model_validator
from pydantic.alias_generators import to_camel

from components.config.names import LabelKey, LabelValue
from components.config.quantity import Bytes
from components.config.settings import Settings
from components.config.span import NodeCount


class Machine(Settings):
    """A server that is in no cloud's catalog."""

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
        if (self.gpu is None) != (self.gpus == 0):
            raise ValueError(
                f"gpu and gpus go together: gpu is {self.gpu or 'not set'} and gpus is {self.gpus}"
            )
        return self


class Taint(Settings):
    """What keeps pods away that do not tolerate it."""

    value: LabelValue = ""
    """What a toleration has to name beside the key. Default: empty."""

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


class PoolSettings(Settings):
    """Like nodes: what each is, how many there are, and who may use them."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["instance"]}, {"required": ["machine"]}]}
    )

    instance: str | None = None
    """EC2 instance type, such as g6.4xlarge. Exactly one of instance and machine. Default: none."""

    machine: Machine | None = None
    """What each server has, where it is no EC2 instance; only with provider existing. Default: none."""

    nodes: NodeCount
    """How many nodes, fixed or between min and max."""

    sharing: Sharing | None = None
    """How each GPU is shared: timeSlicing, mps or mig. Default: whole GPUs."""

    labels: dict[LabelKey, LabelValue] = Field(default={})
    """Labels of the pool's nodes; with provider existing they find the nodes. Default: gpu-cluster/pool."""

    taints: dict[LabelKey, Taint] = Field(default={})
    """Taints of the pool's nodes; a GPU pool always has nvidia.com/gpu. Default: none."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.instance is None) == (self.machine is None):
            given = "both" if self.machine else "neither"
            raise ValueError(f"expected exactly one of instance and machine, got {given}")
        return self
