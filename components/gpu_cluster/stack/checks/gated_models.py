"""Gated models: weights are downloaded with a hub token, or are in a store or image."""

from collections.abc import Iterator

from gpu_cluster.catalog import MODELS
from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.serving_engine import FROM_HUB
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.stores import StoreSettings
from gpu_cluster.stack.diagnostic import Diagnostic, Keys


def gated_models(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    """Gated models without a token, whose replicas would fail with 401 Unauthorized.

    Provider local downloads nothing.

    HF_TOKEN in env also counts as a token; images of other engines determine their weights.

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
