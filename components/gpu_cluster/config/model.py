"""A served model, in `gpu-cluster:serving` and in the stack of a team."""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, PositiveInt, model_validator

from gpu_cluster.config.containers import (
    Arguments,
    EngineVersion,
    Environment,
    ImageReference,
    ObjectName,
)
from gpu_cluster.config.min_max import ReplicaCount
from gpu_cluster.config.model_options import Adapters, ModelCache, ServerSettings, Speculation, Utilization
from gpu_cluster.config.model_shape import ModelShape
from gpu_cluster.config.names import Name, NonBlank
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.quantity import Bytes, Quantity
from gpu_cluster.config.routing import Routing
from gpu_cluster.config.section import Settings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.config.weights_image import WeightsImageSettings

LOAD_MINUTES = 30
"""Default startup timeout of a replica."""

GROUP_SUFFIX = "-group"
"""Suffix of the headless Service of multi-node replicas."""


def _with_engine(*engines: str) -> dict[str, Any]:
    return {"if": {"required": ["engine"], "properties": {"engine": {"enum": list(engines)}}}}


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

    routing: Routing = Routing.LEAST_REQUEST
    """Choice of replica by the gateway: least-request or prefix-cache. Default: least-request."""

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
