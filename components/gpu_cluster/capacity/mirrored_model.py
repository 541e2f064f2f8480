"""Models of the hub that a Job mirrors into a store: their folders, and requests of the Job."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from gpu_cluster.capacity.known_model import known_model
from gpu_cluster.catalog import MODELS
from gpu_cluster.config.model import ModelSettings

MIRROR_CPU_MILLIS, MIRROR_MEMORY_BYTES = 500, 512 * 1024**2
"""Requests of each Job: four downloads at once, and their checksums."""

HUB_NAME = re.compile(r"[A-Za-z0-9][-\w.]*(/[A-Za-z0-9][-\w.]*)?")
REVISION = re.compile(r"[A-Za-z0-9][-\w.]*")


@dataclass(frozen=True, slots=True)
class MirroredModel:
    """A model, draft model or adapter in a store, at one revision."""

    store: str
    model: str
    revision: str | None
    size: int | None
    """Bytes of its files, where they are known."""

    @property
    def folder(self) -> str:
        """Folder in the store."""
        return folder_of(self.model, self.revision)

    @property
    def job(self) -> str:
        """Name of its Job, another one for each revision.

        MirroredModel("models", "Qwen/Qwen3-8B", None, None).job
        # mirror-qwen3-8b-2c8ff6e1
        """
        digest = hashlib.sha256(f"{self.store} {self.folder}".encode()).hexdigest()[:8]
        readable = re.sub(r"[^a-z0-9]+", "-", self.model.rpartition("/")[2].lower())[:32].strip("-")
        return f"mirror-{readable}-{digest}"


def folder_of(model: str, revision: str | None) -> str:
    """Folder of a mirrored model below its store: each revision has its own, so none changes while in use.

    folder_of("Qwen/Qwen3-8B", "a09a354")
    # Qwen/Qwen3-8B/a09a354
    """
    return f"{model}/{revision}" if revision else model


def mirrored_models(settings: ModelSettings) -> list[MirroredModel]:
    """Hub repositories that a Job mirrors for a model: the model, its draft model and its adapters."""
    if not (settings.mirror and settings.store):
        return []
    known = known_model(settings)
    found = {settings.model: (settings.revision, known.download if known else None)}
    if settings.speculative and settings.speculative.model:
        draft = MODELS.get(settings.speculative.model)
        found[settings.speculative.model] = (settings.speculative.revision, draft.download if draft else None)
    for adapter in settings.lora.modules.values() if settings.lora else ():
        found[adapter] = (None, None)
    return [
        MirroredModel(settings.store, name, revision, size)
        for name, (revision, size) in found.items()
        if HUB_NAME.fullmatch(name)
    ]


def mirror_jobs(models: Mapping[str, ModelSettings]) -> dict[str, MirroredModel]:
    """Mirrored models by name of the Job; models that have the same weights in a store have one."""
    return {it.job: it for settings in models.values() for it in mirrored_models(settings)}
