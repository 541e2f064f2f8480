"""Options of a served model: cache, speculative decoding, LoRA adapters, custom server."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, PositiveInt, model_validator

from gpu_cluster.config.containers import (
    MountPath,
    Port,
)
from gpu_cluster.config.names import Name, NonBlank
from gpu_cluster.config.quantity import Bytes
from gpu_cluster.config.section import Settings

Utilization = Annotated[float, Field(ge=0.05, le=1)]


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
    """Number of speculative tokens; required without a draft model. Default: that in the draft's config."""

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
