"""`gpu-cluster:serving`: served models and their clients."""

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
"""Default startup timeout of a replica."""


Utilization = Annotated[float, Field(ge=0.05, le=1)]


class ServingEngine(StrEnum):
    """Inference engine."""

    VLLM = "vllm"
    SGLANG = "sglang"
    TRITON = "triton"
    NIM = "nim"
    TEI = "text-embeddings-inference"
    CUSTOM = "custom"


def _with_engine(*engines: str) -> dict[str, Any]:
    return {"if": {"required": ["engine"], "properties": {"engine": {"enum": list(engines)}}}}


GROUP_SUFFIX = "-group"
"""Suffix of the headless Service of multi-node replicas."""

FROM_HUB = frozenset({ServingEngine.VLLM, ServingEngine.SGLANG, ServingEngine.TEI})
"""Engines that load a model by its name on the hub; the images of others determine their weights."""


class ModelCache(Settings):
    """Cache volume for downloaded weights."""

    size: Bytes
    """Size of the volume; must be larger than the weights."""

    storage_class: Name | None = None
    """Storage class; with ReadWriteMany, replicas share one volume. Default: the default class."""


class Speculation(Settings):
    """Speculative decoding."""

    model_config = ConfigDict(json_schema_extra={"not": {"properties": {"method": False, "model": False}}})

    method: NonBlank | None = None
    """Method, such as ngram, eagle3 or mtp. Default: the type of the draft model."""

    model: NonBlank | None = None
    """Draft model: a name on the hub, or a folder in the store. Default: none."""

    revision: NonBlank | None = None
    """Commit or tag of the draft model. Default: the main branch."""

    tokens: PositiveInt | None = None
    """Number of speculative tokens. Default: the value in the draft model's config."""

    options: dict[str, Any] = Field(default={})
    """Additional keys of vLLM's --speculative-config, such as prompt_lookup_max. Default: none."""

    @model_validator(mode="after")
    def _stated(self) -> Self:
        if not (self.method or self.model):
            raise ValueError("expected method, such as ngram, or model with a draft model")
        return self


class Adapters(Settings):
    """LoRA adapters, each served under its own name."""

    modules: dict[NonBlank, NonBlank] = Field(json_schema_extra={"minProperties": 1}, min_length=1)
    """Adapters by served name: a name on the hub, or a folder in the store."""

    max_rank: Literal[1, 8, 16, 32, 64, 128, 256, 320, 512] = 16
    """Maximum rank of an adapter. Default: 16."""

    at_once: PositiveInt = 1
    """Maximum adapters per batch, loaded in GPU memory. Default: 1."""


class ServerSettings(Settings):
    """Settings of a custom inference server."""

    command: list[str] = Field(default=[])
    """Command of the container. Default: that of the image."""

    port: Port = 8000
    """HTTP port, 1024 or higher. Default: 8000."""

    ready: MountPath = "/health"
    """HTTP path of the readiness probe. Default: /health."""

    live: MountPath | None = None
    """HTTP path of the liveness probe. Default: the path of ready."""

    metrics: MountPath | None = None
    """HTTP path of Prometheus metrics. Default: none."""

    cache_path: MountPath = "/cache"
    """Mount path of the cache volume, also set as HF_HOME. Default: /cache."""


class ModelSettings(Settings):
    """Served model."""

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
            "a name on the model hub such as Qwen/Qwen3-8B, without a URL",
        ),
    ]
    """Name of the model on the hub, such as meta-llama/Llama-3.1-8B-Instruct."""

    revision: NonBlank | None = None
    """Commit or tag of the model; pins the weights across restarts. Default: the main branch."""

    weights: Bytes | None = None
    """Total size of the weights, such as 140Gi. Default: the catalog's, for known models."""

    like: NonBlank | None = None
    """Catalog model with the same architecture, such as the base of a fine-tune. Default: none."""

    config: NonBlank | None = None
    """Path of the model's config.json, relative to the stack file. Default: none."""

    shape: ModelShape | None = None
    """Dimensions for the KV cache; requires weights. Default: none."""

    engine: ServingEngine = ServingEngine.VLLM
    """Inference engine; custom is any other HTTP server. Default: vllm."""

    version: EngineVersion | None = None
    """Engine release, optionally with @sha256: digest. Default: the platform's."""

    image: ImageReference | None = None
    """Custom image with this engine release, preferably with a digest. Default: the publisher's."""

    pull_secret: ObjectName | None = None
    """Secret of the namespace with credentials of the image's registry. Default: none."""

    args: Arguments = Field(default=[])
    """Additional engine arguments, as a list or a map. Default: none."""

    env: Environment = Field(default={})
    """Environment variables by name: text, or secret and key. Default: none."""

    server: ServerSettings = ServerSettings()
    """Settings of a custom inference server; only with engine custom."""

    pool: Name
    """Node pool of the replicas."""

    gpus: PositiveInt = 1
    """GPUs on each node of a replica, used as tensor parallelism by default. Default: 1."""

    nodes: Annotated[int, Field(ge=1, le=64)] = 1
    """Nodes per replica, used as pipeline stages by default; vllm and sglang only. Default: 1."""

    slice: str | None = None
    """MIG profile per replica; required if the pool has several. Default: the only profile."""

    replicas: ReplicaCount
    """Number of replicas, fixed or from min to max by waiting requests."""

    waiting: PositiveInt = 5
    """Target of waiting requests per replica for autoscaling. Default: 5."""

    waiting_metric: NonBlank | None = None
    """Pod metric of waiting requests. Default: the engine's; none for custom."""

    context: PositiveInt | None = None
    """Maximum length of prompt and output together, in tokens. Default: the model's."""

    concurrency: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Requests of full context length that must fit in memory at once. Default: 1, more if they fit."""

    max_sequences: Annotated[int, Field(ge=1, le=65536)] | None = None
    """Maximum concurrent requests per replica, limited by memory. Default: concurrency."""

    batched_tokens: PositiveInt | None = None
    """Maximum tokens per engine step. Default: the engine's choice."""

    gpu_memory_utilization: Utilization | None = None
    """Fraction of GPU memory that a replica may use, from 0.05 to 1. Default: 0.9."""

    quantization: NonBlank | None = None
    """Quantization of the weights, such as fp8 or awq. Default: the model's."""

    kv_cache_dtype: NonBlank | None = None
    """Data type of the KV cache, such as fp8. Default: the model's."""

    tensor_parallel: PositiveInt | None = None
    """Tensor-parallel size. Default: gpus, divided by other parallelism."""

    pipeline_parallel: PositiveInt = 1
    """Pipeline-parallel size. Default: 1; with nodes, one stage per node."""

    data_parallel: PositiveInt = 1
    """Data-parallel size: copies of the model within a replica. Default: 1."""

    expert_parallel: bool = False
    """Enable expert parallelism: distribute whole experts over GPUs. Default: false."""

    speculative: Speculation | None = None
    """Speculative decoding. Default: none."""

    lora: Adapters | None = None
    """LoRA adapters. Default: none."""

    tool_parser: NonBlank | None = None
    """Parser of tool calls, such as hermes; enables tool calling. Default: none."""

    reasoning_parser: NonBlank | None = None
    """Parser of reasoning output, such as qwen3. Default: none."""

    chat_template: Annotated[str, Field(min_length=1)] | None = None
    """Chat template: text, or an absolute path in the image or a store. Default: the model's."""

    cpu: Quantity | None = None
    """CPU per replica. Default: the share of a node in proportion to GPUs."""

    memory: Bytes | None = None
    """Memory per replica. Default: the share of a node in proportion to GPUs."""

    cache: ModelCache | None = None
    """Volume for the weights; required unless store is set or the engine is custom."""

    store: Name | None = None
    """Store with the weights, in a folder named like the model. Default: none, the hub."""

    weights_image: WeightsImageSettings | None = None
    """OCI image with the weights, mounted read only; needs Kubernetes 1.35. Default: none."""

    mirror: bool = False
    """Copy the weights from the hub to the store with a Job before serving. Default: false."""

    load_minutes: PositiveInt = LOAD_MINUTES
    """Startup timeout of a replica in minutes; must exceed the load time. Default: 30."""

    drain_seconds: PositiveInt = 45
    """Time for running requests to finish when a replica stops, in seconds. Default: 45."""

    @property
    def mounts_weights(self) -> bool:
        """Whether weights are mounted as they are, from a store or an image, and nothing is downloaded."""
        return bool(self.store or self.weights_image)

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        if not (self.cache or self.mounts_weights or self.engine is ServingEngine.CUSTOM):
            raise ValueError(
                "expected cache with a volume for weights from the hub, or store with existing weights"
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
            raise ValueError(
                "cache and store exclude each other: cache is for weights from the hub; remove one"
            )
        if self.mirror and not self.store:
            raise ValueError("mirror requires store, the target of the copy")
        if self.store and self.revision and not self.mirror:
            raise ValueError(
                "revision applies to weights from the hub, not to store; remove it, or set mirror: true"
            )
        return self

    @model_validator(mode="after")
    def _described_once(self) -> Self:
        given = [key for key in ("like", "config", "shape") if getattr(self, key)]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} exclude each other; keep one")
        if self.shape and not self.weights:
            raise ValueError("shape requires weights, the total size of the weights, such as 16Gi")
        return self


class ServingSettings(Settings):
    """Served models and their clients."""

    namespace: Name = "serving"
    """Namespace of the models. Default: serving."""

    hub_token: Secret | None = None
    """Hub token for gated models, a Pulumi secret; not with provider local. Default: none."""

    hub: HubMirror | None = None
    """Mirror of the model hub, for models without store. Default: none, the public hub."""

    clients: frozenset[Namespace] = frozenset()
    """Namespaces whose pods may call the models. Default: only the models' own."""

    metrics_served: Flag = False
    """Set if the cluster has a metrics adapter that serves queue metrics. Default: false."""

    prefetch: Flag = False
    """Keep the images of models on all nodes of their pools; needs Kubernetes 1.35. Default: false."""

    lws_controller: Flag | None = None
    """Install the LeaderWorkerSet controller; false if installed. Default: true if a model has nodes."""

    models: dict[Name, ModelSettings] = Field(default={})
    """Models by name. Default: none."""

    @property
    def has_groups(self) -> bool:
        """Whether the cluster has a LeaderWorkerSet controller, installed by the platform or not."""
        return self.lws_controller is not None or any(model.nodes > 1 for model in self.models.values())

    @property
    def installs_lws(self) -> bool:
        """Whether the platform installs the LeaderWorkerSet controller."""
        return self.has_groups if self.lws_controller is None else self.lws_controller
