"""Command line, environment and ports of an engine's container."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gpu_cluster.capacity import folder_of
from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine

PORT = 8000
"""HTTP port of engines and of model Services; a custom server may use another."""

CACHE, WEIGHTS, SCRATCH, SHM = "/cache", "/weights", "/tmp", "/dev/shm"  # noqa: S108


@dataclass(frozen=True, slots=True)
class Server:
    """Command line, environment and probes of a container."""

    arguments: list[str]
    environment: Mapping[str, str]
    command: list[str] = field(default_factory=list[str])
    """Empty for that of the image."""

    name: str = ""
    ready: str = "/health"
    live: str = "/health"
    port: int = PORT
    metrics_port: int | None = None
    """Port of metrics, if different from the HTTP port."""

    cache: str = CACHE
    """Mount path of the cache volume."""


def ports_of(models: Iterable[ModelSettings]) -> list[int]:
    """Ports that clients and scrapers of these models reach.

    ports_of([ModelSettings(engine="triton", …)])
    # [8000, 8002]
    """
    ports = {PORT}
    for model in models:
        if model.engine is ServingEngine.CUSTOM:
            ports.add(model.server.port)
        elif metrics := ENGINES[model.engine.value].metrics_port:
            ports.add(metrics)
    return sorted(ports)


def http_ports(models: Iterable[ModelSettings]) -> list[int]:
    """Ports on which the pods of these models answer requests."""
    return sorted({it.server.port if it.engine is ServingEngine.CUSTOM else PORT for it in models})


METRICS_PATH = "gpu-cluster/metrics-path"
"""Annotation of pods of a custom server that has metrics."""

METRICS_PORTS = sorted({PORT, *(it.metrics_port for it in ENGINES.values() if it.metrics_port)})
"""Ports of the engines' metrics; a custom server may have another."""


def weights_of(settings: ModelSettings) -> str:
    """The model as its engine loads it: by its name on the hub, or by its folder in the store or image."""
    if settings.weights_image:
        return f"{WEIGHTS}{settings.weights_image.folder or ''}"
    return location_of(settings, settings.model, settings.revision)


def location_of(settings: ModelSettings, name: str, revision: str | None = None) -> str:
    """Location of another model or adapter: beside the model in the store, or on the hub."""
    if not settings.mounts_weights or name.startswith("/") or "://" in name:
        return name
    return f"{WEIGHTS}/{folder_of(name, revision) if settings.mirror else name}"


def hub_revision(settings: ModelSettings, revision: str | None) -> str | None:
    """Revision that the engine asks the hub for; in a mirrored store it is a folder."""
    return None if settings.mirror else revision


def hub_environment(settings: ModelSettings) -> dict[str, str]:
    """Environment for the hub client's cache and a writable home."""
    return {
        "HF_HOME": f"{SCRATCH if settings.mounts_weights else CACHE}/huggingface",
        **({"HF_HUB_OFFLINE": "1"} if settings.mounts_weights else {}),
        "HOME": SCRATCH,  # compiled kernels and settings go below it
    }
