"""Image addresses in the ECR registry of an account, and images that must be copied there."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from gpu_cluster.catalog import UPSTREAMS
from gpu_cluster.images import Image, TaggedImage


class ImageCopy(NamedTuple):
    """Image to copy, with all architectures: `crane copy <source> <destination>`."""

    source: str
    """Source, with its digest if known: nvcr.io/nvidia/…@sha256:…"""

    destination: str
    """Destination with its tag: <mirror>/nvcr.io/nvidia/k8s-device-plugin:v0.20.0"""


def images_to_copy(
    images: Iterable[Image | TaggedImage], mirror: str, cached: Collection[str]
) -> list[ImageCopy]:
    """Images that no cache fetches by itself; `cached` are words of the stack file such as quay.

    images_to_copy(ON_EKS, ecr_mirror(account, region), {"docker-hub"})
    # [ImageCopy("nvcr.io/nvidia/k8s-device-plugin@sha256:…", "<mirror>/nvcr.io/nvidia/…:v0.20.0")]
    """
    hosts = {UPSTREAMS[upstream].host for upstream in cached}
    return [
        ImageCopy(image.source, f"{mirror}/{image.repository}:{image.tag}")
        for image in images
        if image.repository.partition("/")[0] not in hosts
    ]
