"""Images and charts that a stack pulls from its mirror, and where each is copied from."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gpu_cluster.plan import Graph

if TYPE_CHECKING:
    from gpu_cluster.aws.ecr.mirroring import ImageCopy

_OCI = "oci://"
_CHART = ":Chart"


@dataclass(frozen=True, slots=True)
class ImageCopies:
    """Copies that a mirror needs before the first pod of a stack starts, and what they leave out."""

    copies: "tuple[ImageCopy, ...]"
    elsewhere: tuple[str, ...]
    """Images and charts that are pulled from other addresses than the mirror's."""

    unsourced: tuple[str, ...]
    """Images and charts below the mirror whose path names no publisher."""

    cached: tuple[str, ...]
    """Images that a pull-through cache of ECR fetches by itself."""

    unread: tuple[str, ...]
    """Charts whose images no plan contains."""


def image_copies(
    graph: Graph, mirror: str | None, *, cached: Collection[str], own: Collection[str]
) -> ImageCopies:
    """Copies by the resources of a plan.

    `cached`: hosts with a pull-through cache; `own`: names of the charts of the stack file's extras.
    """
    prefix = f"{mirror.rstrip('/')}/" if mirror else None
    addresses = [*_unique(_images(graph)), *_unique(_charts(graph))]
    below = [it for it in addresses if prefix and _is_copy(it, prefix)]
    by_cache = [it for it in below if it.removeprefix(prefix or "").partition("/")[0] in cached]
    return ImageCopies(
        copies=tuple(_copy(it, prefix or "") for it in below if it not in by_cache),
        elsewhere=tuple(it for it in addresses if not prefix or not it.startswith(prefix)),
        unsourced=tuple(it for it in addresses if prefix and it.startswith(prefix) and it not in below),
        cached=tuple(by_cache),
        unread=tuple(own),
    )


def _images(graph: Graph) -> Iterator[str]:
    for resource in graph.made:
        if resource.type.startswith("kubernetes:"):
            yield from _found(resource.inputs)


def _found(value: Any) -> Iterator[str]:
    """Values of keys named image: an address, the reference of a volume, or the parts of a chart's value."""
    if isinstance(value, list):
        for each in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _found(each)
    elif isinstance(value, dict):
        for key, each in value.items():  # pyright: ignore[reportUnknownVariableType]
            if key == "image":
                yield from _address(each)
            else:
                yield from _found(each)


def _address(image: Any) -> Iterator[str]:
    match image:
        case str():
            yield image
        case {"reference": str(reference)}:
            yield reference
        case {"repository": str(repository), "tag": str(tag)}:
            yield f"{repository}:{tag}{f'@{it}' if (it := image.get('digest')) else ''}"
        case _:
            yield from _found(image)


def _charts(graph: Graph) -> Iterator[str]:
    """Charts in registries, with their version as a tag, which has no plus sign."""
    for resource in graph.made:
        chart = str(resource.inputs.get("chart", ""))
        if resource.type.endswith(_CHART) and chart.startswith(_OCI):
            yield f"{chart.removeprefix(_OCI)}:{str(resource['version']).replace('+', '_')}"


def _is_copy(address: str, prefix: str) -> bool:
    """Whether the path below the mirror begins with the host of a publisher."""
    return address.startswith(prefix) and "." in address.removeprefix(prefix).partition("/")[0]


def _copy(address: str, prefix: str) -> "ImageCopy":
    """The source by its digest if it is known, and the destination by its tag if it has one."""
    from gpu_cluster.aws.ecr.mirroring import ImageCopy  # loads the SDKs

    named, at, digest = address.partition("@")
    repository, colon, _ = named.rpartition(":")
    has_tag = bool(colon) and "/" not in named.removeprefix(f"{repository}:")
    if not at or not has_tag:
        return ImageCopy(address.removeprefix(prefix), address)
    return ImageCopy(f"{repository.removeprefix(prefix)}@{digest}", named)


def _unique(addresses: Iterable[str]) -> list[str]:
    return sorted(set(addresses))
