"""`gpu-cluster:serving`: the models that are served, and who may call them."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import ConfigDict, Field, PositiveInt, model_validator

from gpu_cluster.config.names import Name, Namespace, Word
from gpu_cluster.config.quantity import Bytes, Quantity
from gpu_cluster.config.secret import Secret
from gpu_cluster.config.settings import Settings
from gpu_cluster.config.span import ReplicaCount

LOAD_MINUTES = 30
"""That loading may take where the stack file does not say."""


class ServingEngine(StrEnum):
    """The server that loads a model and answers for it."""

    VLLM = "vllm"


class ModelCache(Settings):
    """Where a replica keeps the weights that it has downloaded."""

    size: Bytes
    """Size of the volume; more than the weights."""

    storage_class: Name | None = None
    """Storage class; all replicas share a volume that many nodes can mount. Default: the default class."""


class ModelSettings(Settings):
    """A model, what it runs on and how many replicas of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["cache"]}, {"required": ["store"], "properties": {"revision": False}}]
        }
    )

    model: Word
    """What to serve: a name on the model hub, such as meta-llama/Llama-3.1-8B-Instruct."""

    revision: Word | None = None
    """Commit or tag of the model, so that a restart serves the same weights. Default: its main branch."""

    weights: Bytes | None = None
    """Size of all weights, such as 140Gi. Default: what the catalog says, where it knows the model."""

    engine: ServingEngine = ServingEngine.VLLM
    """Server: vllm. Default: vllm."""

    pool: Name
    """Node pool that it runs on."""

    gpus: PositiveInt = 1
    """GPUs of each replica, as tensor parallelism; on a shared pool always 1. Default: 1."""

    slice: str | None = None
    """MIG profile of each replica; required where the pool has several. Default: the only one."""

    replicas: ReplicaCount
    """How many replicas, fixed or between min and max by the length of the waiting queue."""

    waiting: PositiveInt = 5
    """Waiting requests per replica above which another replica starts. Default: 5."""

    context: PositiveInt | None = None
    """Longest prompt and answer together, in tokens. Default: what the model declares."""

    concurrency: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Requests that a replica answers at once, each as long as context. Default: one, more as they fit."""

    cpu: Quantity | None = None
    """CPU of each replica. Default: the share of a node that its GPUs are."""

    memory: Bytes | None = None
    """Memory of each replica. Default: the share of a node that its GPUs are."""

    cache: ModelCache | None = None
    """Volume for the weights; required unless they are in a store."""

    store: Name | None = None
    """Store of the storage that has the weights, in a folder named like the model. Default: none, the hub."""

    load_minutes: PositiveInt = LOAD_MINUTES
    """Minutes that a replica may load before it is restarted, more than its weights take. Default: 30."""

    drain_seconds: PositiveInt = 45
    """Seconds that running requests get to finish when a replica stops. Default: 45."""

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        if not (self.cache or self.store):
            raise ValueError(
                "needs cache, a volume for weights from the hub, or store, where they are already"
            )
        if self.store and self.cache:
            raise ValueError("cache is for weights from the hub, and store has them already; remove one")
        if self.store and self.revision:
            raise ValueError("revision is of the hub, and store has the weights as they are; remove it")
        return self


class ServingSettings(Settings):
    """The models that are served, and who may call them."""

    namespace: Name = "serving"
    """Namespace of the models. Default: serving."""

    hub_token: Secret | None = None
    """Token of the model hub for gated models, a Pulumi secret; not with provider local. Default: none."""

    clients: frozenset[Namespace] = frozenset()
    """Namespaces whose pods may call the models. Default: none but the models' own."""

    models: dict[Name, ModelSettings] = Field(default={})
    """Models by name. Default: none."""
