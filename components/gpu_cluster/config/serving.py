"""`gpu-cluster:serving`: the models that are served, and who may call them."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, PositiveInt, model_validator

from gpu_cluster.config.containers import (
    Arguments,
    EngineVersion,
    Environment,
    ImageReference,
    MountPath,
    ObjectName,
    Port,
)
from gpu_cluster.config.flag import Flag
from gpu_cluster.config.hub import HubMirror
from gpu_cluster.config.min_max import ReplicaCount
from gpu_cluster.config.model_shape import ModelShape
from gpu_cluster.config.names import Name, Namespace, NonBlank
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.quantity import Bytes, Quantity
from gpu_cluster.config.secret import Secret
from gpu_cluster.config.settings import Settings
from gpu_cluster.config.weights_image import WeightsImageSettings

LOAD_MINUTES = 30
"""That loading may take where the stack file does not say."""


Utilization = Annotated[float, Field(ge=0.05, le=1)]


class ServingEngine(StrEnum):
    """The server that loads a model and answers for it."""

    VLLM = "vllm"
    SGLANG = "sglang"
    TRITON = "triton"
    NIM = "nim"
    TEI = "text-embeddings-inference"
    CUSTOM = "custom"


def _with_engine(*engines: str) -> dict[str, Any]:
    return {"if": {"required": ["engine"], "properties": {"engine": {"enum": list(engines)}}}}


GROUP_SUFFIX = "-group"
"""Suffix of the Service by which the pods of a replica over several nodes find each other."""

FROM_HUB = frozenset({ServingEngine.VLLM, ServingEngine.SGLANG, ServingEngine.TEI})
"""Engines that load the model by its name on the hub; images of the others name their weights."""


class ModelCache(Settings):
    """Where a replica keeps the weights that it has downloaded."""

    size: Bytes
    """Size of the volume; more than the weights."""

    storage_class: Name | None = None
    """Storage class; all replicas share a volume that many nodes can mount. Default: the default class."""


class Speculation(Settings):
    """Speculative decoding: tokens that are proposed cheaply and verified by the model."""

    model_config = ConfigDict(json_schema_extra={"not": {"properties": {"method": False, "model": False}}})

    method: NonBlank | None = None
    """How tokens are proposed, such as ngram, eagle3 or mtp. Default: what the draft model is."""

    model: NonBlank | None = None
    """Draft model on the hub, or its folder in the store. Default: none, for methods that need none."""

    revision: NonBlank | None = None
    """Commit or tag of the draft model. Default: its main branch."""

    tokens: PositiveInt | None = None
    """Tokens that are proposed at once. Default: what the draft model declares."""

    options: dict[str, Any] = Field(default={})
    """Further keys of vLLM's --speculative-config, such as prompt_lookup_max. Default: none."""

    @model_validator(mode="after")
    def _stated(self) -> Self:
        if not (self.method or self.model):
            raise ValueError("needs method, such as ngram, or model, a draft model")
        return self


class Adapters(Settings):
    """LoRA adapters that are served beside the model, each under its own name."""

    modules: dict[NonBlank, NonBlank] = Field(json_schema_extra={"minProperties": 1}, min_length=1)
    """Adapters by the name that requests use: a name on the hub, or a folder in the store."""

    max_rank: Literal[1, 8, 16, 32, 64, 128, 256, 320, 512] = 16
    """Largest rank of an adapter: 1, 8, 16, 32, 64, 128, 256, 320 or 512. Default: 16."""

    at_once: PositiveInt = 1
    """Adapters that one batch may use, all of them in GPU memory. Default: 1."""


class ServerSettings(Settings):
    """How a server that the platform has no knowledge of starts, answers and is measured."""

    command: list[str] = Field(default=[])
    """Command of the container. Default: that of the image."""

    port: Port = 8000
    """Port of its HTTP server, 1024 or higher. Default: 8000."""

    ready: MountPath = "/health"
    """HTTP path that answers 200 once it can serve. Default: /health."""

    live: MountPath | None = None
    """HTTP path that answers 200 while it works. Default: that of ready."""

    metrics: MountPath | None = None
    """HTTP path of its Prometheus metrics. Default: none."""

    cache_path: MountPath = "/cache"
    """Where the volume of cache is mounted, which HF_HOME names as well. Default: /cache."""


class ModelSettings(Settings):
    """A model, what it runs on and how many replicas of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["cache"]},
                {
                    "required": ["store"],
                    "anyOf": [
                        {"properties": {"revision": False}},
                        {"required": ["mirror"], "properties": {"mirror": {"const": True}}},
                    ],
                },
                {"required": ["weightsImage"], "properties": {"revision": False}},
                {
                    "required": ["engine"],
                    "properties": {
                        "engine": {"const": "custom"},
                        "cache": False,
                        "store": False,
                        "weightsImage": False,
                    },
                },
            ],
            "allOf": [
                {**_with_engine("nim", "custom"), "then": {"required": ["image"]}},
                {
                    **_with_engine("sglang", "triton", "text-embeddings-inference"),
                    "then": {"anyOf": [{"required": ["version"]}, {"required": ["image"]}]},
                },
                {"if": {"required": ["server"]}, "then": _with_engine("custom")["if"]},
                {
                    **_with_engine("triton", "nim", "text-embeddings-inference", "custom"),
                    "then": {"properties": {"nodes": {"const": 1}}},
                },
                {
                    **_with_engine("triton", "nim", "custom"),
                    "then": {"properties": dict.fromkeys(("quantization", "kvCacheDtype", "context"), False)},
                },
                {
                    "if": {"required": ["mirror"], "properties": {"mirror": {"const": True}}},
                    "then": {"required": ["store"]},
                },
                {"not": {"required": ["like", "config"]}},
                {"not": {"required": ["like", "shape"]}},
                {"not": {"required": ["config", "shape"]}},
            ],
            "dependentRequired": {"shape": ["weights"]},
        }
    )

    model: Annotated[
        str,
        Pattern(
            r"(?!(?:https?|hf)://)\S+",
            "a name on the model hub such as Qwen/Qwen3-8B, without its address",
        ),
    ]
    """Model to serve: a name on the model hub, such as meta-llama/Llama-3.1-8B-Instruct."""

    revision: NonBlank | None = None
    """Commit or tag of the model, so that a restart serves the same weights. Default: its main branch."""

    weights: Bytes | None = None
    """Size of all weights, such as 140Gi. Default: what the catalog says, where it knows the model."""

    like: NonBlank | None = None
    """Known model whose layers it has, such as that of a fine-tune in a store. Default: none."""

    config: NonBlank | None = None
    """Path of its config.json, from the folder of the stack file. Default: none."""

    shape: ModelShape | None = None
    """Numbers that decide about its KV cache, beside weights. Default: none."""

    engine: ServingEngine = ServingEngine.VLLM
    """Server that loads the model and answers for it; custom is any other over HTTP. Default: vllm."""

    version: EngineVersion | None = None
    """Release of the engine, with or without @sha256: and a digest. Default: that of the platform."""

    image: ImageReference | None = None
    """Own image with that release of the engine, best with a digest. Default: the engine's own."""

    pull_secret: ObjectName | None = None
    """Secret of the namespace with credentials of the image's registry. Default: none."""

    args: Arguments = Field(default=[])
    """Further arguments of the engine, a list or a map. Default: none."""

    env: Environment = Field(default={})
    """Variables of the container by name: text, or secret and key. Default: none."""

    server: ServerSettings = ServerSettings()
    """How a custom server starts and answers; only with engine custom."""

    pool: Name
    """Node pool that it runs on."""

    gpus: PositiveInt = 1
    """GPUs of each replica, on each of its nodes; by default all as tensor parallelism. Default: 1."""

    nodes: Annotated[int, Field(ge=1, le=64)] = 1
    """Whole nodes that each replica spans, by default as pipeline stages; vllm and sglang. Default: 1."""

    slice: str | None = None
    """MIG profile of each replica; required where the pool has several. Default: the only one."""

    replicas: ReplicaCount
    """How many replicas, fixed or between min and max by the length of the waiting queue."""

    waiting: PositiveInt = 5
    """Waiting requests per replica above which another replica starts. Default: 5."""

    waiting_metric: NonBlank | None = None
    """Metric of pods that counts waiting requests. Default: that of the engine; custom has none."""

    context: PositiveInt | None = None
    """Longest prompt and answer together, in tokens. Default: what the model declares."""

    concurrency: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Requests that surely fit at once, each as long as context. Default: one, more as they fit."""

    max_sequences: Annotated[int, Field(ge=1, le=65536)] | None = None
    """Most requests that a replica works on at once, as far as memory holds them. Default: concurrency."""

    batched_tokens: PositiveInt | None = None
    """Most tokens that one step of the engine works on. Default: what the engine chooses."""

    gpu_memory_utilization: Utilization | None = None
    """Part of its GPU memory that a replica may fill, between 0.05 and 1. Default: 0.9."""

    quantization: NonBlank | None = None
    """How weights are quantized, such as fp8 or awq. Default: what the model declares."""

    kv_cache_dtype: NonBlank | None = None
    """Type of the key-value cache, such as fp8. Default: that of the model."""

    tensor_parallel: PositiveInt | None = None
    """GPUs that each layer is divided among. Default: gpus, as far as other parallelism leaves them."""

    pipeline_parallel: PositiveInt = 1
    """Stages that the layers are divided into. Default: 1, with nodes one on each node."""

    data_parallel: PositiveInt = 1
    """Copies of the model within a replica, each answering requests of its own. Default: 1."""

    expert_parallel: bool = False
    """Divide whole experts among GPUs, not each of them. Default: false."""

    speculative: Speculation | None = None
    """Speculative decoding. Default: none."""

    lora: Adapters | None = None
    """LoRA adapters that are served beside the model. Default: none."""

    tool_parser: NonBlank | None = None
    """Parser of tool calls, such as hermes, by which requests may name tools. Default: none."""

    reasoning_parser: NonBlank | None = None
    """Parser that separates reasoning from the answer, such as qwen3. Default: none."""

    chat_template: Annotated[str, Field(min_length=1)] | None = None
    """Chat template: its text, or an absolute path in the image or a store. Default: that of the model."""

    cpu: Quantity | None = None
    """CPU of each replica. Default: the share of a node that its GPUs are."""

    memory: Bytes | None = None
    """Memory of each replica. Default: the share of a node that its GPUs are."""

    cache: ModelCache | None = None
    """Volume for the weights; required unless they are in a store, or the engine is custom."""

    store: Name | None = None
    """Store of the storage that has the weights, in a folder named like the model. Default: none, the hub."""

    weights_image: WeightsImageSettings | None = None
    """OCI image with the weights, mounted read only; needs Kubernetes 1.35. Default: none."""

    mirror: bool = False
    """Whether a Job puts the files of the hub into the store before the model is served. Default: false."""

    load_minutes: PositiveInt = LOAD_MINUTES
    """Minutes that a replica may load before it is restarted, more than its weights take. Default: 30."""

    drain_seconds: PositiveInt = 45
    """Seconds that running requests get to finish when a replica stops. Default: 45."""

    @property
    def mounts_weights(self) -> bool:
        """Whether weights are mounted as they are, from a store or an image, and nothing is downloaded."""
        return bool(self.store or self.weights_image)

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        if not (self.cache or self.mounts_weights or self.engine is ServingEngine.CUSTOM):
            raise ValueError(
                "needs cache, a volume for weights from the hub, or store, where they are already"
            )
        if self.weights_image and (self.cache or self.store):
            other = "cache" if self.cache else "store"
            raise ValueError(f"weightsImage has the weights, so {other} is not needed; remove one")
        if self.weights_image and self.revision:
            raise ValueError(
                "revision is of the hub, and weightsImage has its own weights; remove it, "
                "and pin the image by its digest"
            )
        if self.store and self.cache:
            raise ValueError("cache is for weights from the hub, and store has them already; remove one")
        if self.mirror and not self.store:
            raise ValueError("mirror needs store, which a Job puts the weights of the hub into")
        if self.store and self.revision and not self.mirror:
            raise ValueError(
                "revision is of the hub, and store has its own weights; remove it, or set mirror: true"
            )
        return self

    @model_validator(mode="after")
    def _described_once(self) -> Self:
        given = [key for key in ("like", "config", "shape") if getattr(self, key)]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} say the same of the model; keep one")
        if self.shape and not self.weights:
            raise ValueError("shape needs weights, the size of all weights, such as 16Gi")
        return self


class ServingSettings(Settings):
    """The models that are served, and who may call them."""

    namespace: Name = "serving"
    """Namespace of the models. Default: serving."""

    hub_token: Secret | None = None
    """Token of the model hub for gated models, a Pulumi secret; not with provider local. Default: none."""

    hub: HubMirror | None = None
    """Mirror of the model hub, for models without store. Default: none, the hub on the internet."""

    clients: frozenset[Namespace] = frozenset()
    """Namespaces whose pods may call the models. Default: none but the models' own."""

    metrics_served: Flag = False
    """Whether an adapter that the cluster has already serves queues to autoscalers. Default: false."""

    prefetch: Flag = False
    """Keep the images of models on all nodes of their pools; needs Kubernetes 1.35. Default: false."""

    lws_controller: Flag | None = None
    """Install the LeaderWorkerSet controller; false where there is one. Default: where a model has nodes."""

    models: dict[Name, ModelSettings] = Field(default={})
    """Models by name. Default: none."""

    @property
    def has_groups(self) -> bool:
        """Whether the cluster has the LeaderWorkerSet controller, the platform's or another."""
        return self.lws_controller is not None or any(model.nodes > 1 for model in self.models.values())

    @property
    def installs_lws(self) -> bool:
        """Whether the platform installs the LeaderWorkerSet controller."""
        return self.has_groups if self.lws_controller is None else self.lws_controller
