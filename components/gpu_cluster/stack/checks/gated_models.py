"""Gated models: their weights are downloaded with a token of the model hub, or lie in a store or image."""

from collections.abc import Iterator

from gpu_cluster.catalog import MODELS
from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.serving import FROM_HUB
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.stores import StoreSettings
from gpu_cluster.stack.diagnostic import Diagnostic, Keys


def gated_models(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    """Models whose replicas would end with 401 Unauthorized. With provider local nothing is downloaded.

    HF_TOKEN in the environment is a token too; the images of other engines know where their weights are.

    Source: https://huggingface.co/docs/hub/models-gated, Download files, 2026-11-28.
    """
    token = stack.serving.hub_token or any(keys[:2] == ("serving", "hubToken") for keys in broken)
    if token or isinstance(stack.cluster, LocalCluster):
        return
    stores = any(isinstance(it, StoreSettings) for it in stack.storage.values())
    remedy = "hubToken or store" if stores else "hubToken"
    for name, settings in stack.serving.models.items():
        keys: Keys = ("serving", "models", name)
        model = MODELS.get(settings.model)
        other = settings.engine not in FROM_HUB or "HF_TOKEN" in settings.env
        if (
            other
            or (settings.mounts_weights and not settings.mirror)
            or any((*keys, key) in broken for key in ("store", "weightsImage"))
            or not (model and model.gated)
        ):
            continue
        yield Diagnostic(
            (*keys, "model"), f"model {model.name} is gated: set {'hubToken' if settings.mirror else remedy}"
        )
