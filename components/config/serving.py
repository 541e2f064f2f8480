"""`gpu-cluster:serving`: the models that are served, and who may call them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, PositiveInt

from components.config.names import Name
from components.config.quantity import Quantity
from components.config.secret import Secret
from components.config.settings import Settings
from components.config.span import ReplicaCount


class Engine(StrEnum):
    """The server that loads a model and answers for it."""

    VLLM = "vllm"


class ModelCache(Settings):
    """Where a replica keeps the weights that it has downloaded."""

    size: Quantity
    """Size of the volume; more than the weights."""

    storage_class: Name | None = None
    """Storage class; one that many nodes can mount is shared by all replicas. Default: the stack's default class."""


class ModelSettings(Settings):
    model: Annotated[str, Field(min_length=1)]
    """What to serve: a name on the model hub, such as meta-llama/Llama-3.1-8B-Instruct."""

    revision: str | None = None
    """Commit or tag of the model, so that a restart serves the same weights. Default: the hub's main branch."""

    engine: Engine = Engine.VLLM
    """Server: vllm. Default: vllm."""

    pool: Name
    """Node pool that it runs on."""

    gpus: PositiveInt = 1
    """GPUs of each replica, as tensor parallelism; on a shared pool always 1. Default: 1."""

    slice: str | None = None
    """MIG profile of each replica; required on a pool whose layout has more than one. Default: the only one."""

    replicas: ReplicaCount
    """How many replicas, fixed or between min and max by the length of the waiting queue."""

    waiting: PositiveInt = 5
    """Waiting requests per replica above which another replica starts. Default: 5."""

    context: PositiveInt | None = None
    """Longest prompt and answer together, in tokens. Default: what the model declares."""

    cpu: Quantity | None = None
    """CPU of each replica. Default: the share of a node that its GPUs are."""

    memory: Quantity | None = None
    """Memory of each replica. Default: the share of a node that its GPUs are."""

    cache: ModelCache
    """Volume for the weights."""

    load_minutes: PositiveInt = 30
    """Minutes that loading the weights may take before a replica is restarted. Default: 30."""

    drain_seconds: PositiveInt = 45
    """Seconds that running requests get to finish when a replica stops. Default: 45."""


class ServingSettings(Settings):
    namespace: Name = "serving"
    """Namespace of the models. Default: serving."""

    hub_token: Secret | None = None
    """Token for gated models, encrypted with `pulumi config set --secret`; only with provider existing. Default: none."""

    clients: frozenset[Name] = frozenset()
    """Namespaces whose pods may call the models. Default: none but the models' own."""

    models: dict[Name, ModelSettings] = {}
    """Models by name."""
