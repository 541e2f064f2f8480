"""Addresses of images in the stack file."""

from collections.abc import Mapping

from gpu_cluster.catalog import UPSTREAMS
from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.config.ecr import ecr_mirror
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.stack import Stack


def image_of(image: str, stack: Stack, *, team: str | None = None) -> str:
    """Address that nodes pull: ECR repositories directly, others through a pull-through cache.

    image_of("quay.io/org/app:1", stack)
    # 123456789012.dkr.ecr.eu-central-1.amazonaws.com/quay.io/org/app:1
    """
    if isinstance(stack.cluster, EksSettings) and _is_own(image, stack, team):
        return f"{ecr_mirror(stack.cluster.account, stack.region or '', stack.registry.prefix)}/{image}"
    host, path = _parts(image)
    if stack.registry.mirror:
        return f"{stack.registry.mirror.rstrip('/')}/{host}/{path}"
    cached = {UPSTREAMS[upstream].host for upstream in stack.registry.mirrors or ()}
    return f"{stack.mirror}/{host}/{path}" if host in cached else f"{host}/{path}"


def images_of(
    models: Mapping[str, ModelSettings], stack: Stack, pinned: str, *, team: str | None = None
) -> dict[str, str]:
    """Images of models that have another than `pinned`, the repository and tag of the platform's own."""
    named = {key: named_image(model) for key, model in models.items()}
    return {
        key: image_of(image, stack, team=team) for key, image in named.items() if image and image != pinned
    }


def weights_images_of(
    models: Mapping[str, ModelSettings], stack: Stack, *, team: str | None = None
) -> dict[str, str]:
    """Images with the weights of models, as nodes pull them."""
    return {
        key: image_of(model.weights_image.image, stack, team=team)
        for key, model in models.items()
        if model.weights_image
    }


def named_image(model: ModelSettings) -> str | None:
    """Image that a model names, whole or by the release of its engine; None where it names none."""
    if model.image or not model.version:
        return model.image
    repository = ENGINES[model.engine.value].repository if model.engine.value in ENGINES else None
    return f"{repository}:{model.version}" if repository else None


def _is_own(image: str, stack: Stack, team: str | None) -> bool:
    """Whether its repository is in the account's ECR: a repository of the team or of the environment."""
    if team:
        return image.startswith(f"{team}/")
    return image.partition("@")[0].partition(":")[0] in stack.registry.repositories


def _parts(image: str) -> tuple[str, str]:
    """Host and path; what names no host is of Docker Hub."""
    first, slash, rest = image.partition("/")
    if slash and ("." in first or ":" in first):
        return first, rest
    return "docker.io", image if slash else f"library/{image}"
