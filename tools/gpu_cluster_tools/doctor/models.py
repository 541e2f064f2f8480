"""Models: whether their weights can be downloaded with what the stack has."""

from collections.abc import Iterator

from gpu_cluster.catalog import MODELS
from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import FROM_HUB
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.check import Check, Group

_MODELS = Group("models")


def models(stack: Stack) -> Iterator[Check]:
    """Gated models without a token, and models unknown to the catalog. With provider local nothing is
    downloaded."""
    if isinstance(stack.cluster, LocalCluster):
        return
    for name, settings in stack.serving.models.items():
        token = stack.serving.hub_token is not None or "HF_TOKEN" in settings.env
        yield _access(name, settings, token=token)


def _access(name: str, settings: ModelSettings, *, token: bool) -> Check:
    model = settings.model
    page = f"https://huggingface.co/{model}"
    gated = MODELS[model].gated if model in MODELS else None
    if settings.mounts_weights and not settings.mirror:
        where = f"store {settings.store}" if settings.store else "an image"
        return _MODELS.ok(name, f"{model} is read from {where}, without a download")
    if settings.engine not in FROM_HUB:
        return _elsewhere(name, settings)
    if gated is False:
        return _MODELS.ok(name, f"{model} is downloaded without a token")
    if token:
        return _MODELS.skip(
            name,
            f"{model} {'is gated' if gated else 'may be gated'}, and the token cannot be checked from here",
            f"sign in with the account of the token and check access at {page}",
        )
    if gated:
        return _MODELS.fail(
            name, f"{model} is gated, and the stack has no token", "set hubToken, or store with its weights"
        )
    return _MODELS.warn(
        name,
        f"{model} may be gated, and the stack has no token",
        f"open {page} without signing in; if it requires access, set hubToken",
    )


def _elsewhere(name: str, settings: ModelSettings) -> Check:
    """Weights that the image, or an address, decides about."""
    if settings.engine == "triton":
        return _MODELS.skip(name, f"whether Triton may read {settings.model} is not known here")
    if settings.engine == "custom":
        return _MODELS.skip(name, f"where the image {settings.image} has its weights from is not known here")
    if "NGC_API_KEY" in settings.env:
        return _MODELS.skip(
            name, f"{settings.image} downloads from NGC, and its NGC_API_KEY cannot be checked from here"
        )
    return _MODELS.warn(
        name,
        f"{settings.image} downloads from NGC, and the model has no NGC_API_KEY",
        f"set gpu-cluster:serving.models.{name}.env: {{NGC_API_KEY: {{secret: NAME, key: KEY}}}}, or store",
    )
