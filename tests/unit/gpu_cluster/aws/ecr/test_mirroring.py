"""Every image is available in ECR: by a pull-through cache, or as a copy."""

import pytest

from gpu_cluster import images
from gpu_cluster.aws.ecr.mirroring import ImageCopy, images_to_copy
from gpu_cluster.catalog import UPSTREAMS
from gpu_cluster.config.ecr import ecr_mirror
from gpu_cluster.images import DEVICE_PLUGIN, METRICS_ADAPTER, ON_EKS, VLLM, Image, TaggedImage

MIRROR = ecr_mirror("123456789012", "eu-central-1")
EVERY = [image for image in vars(images).values() if isinstance(image, Image | TaggedImage)]


def test_ecr_mirror_address_consists_of_account_and_region() -> None:
    assert MIRROR == "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


def test_ecr_mirror_prefix_separates_environments_of_one_account() -> None:
    assert ecr_mirror("123456789012", "eu-central-1", "dev") == f"{MIRROR}/dev"


def test_image_of_a_pull_through_cache_is_not_copied() -> None:
    [copy] = images_to_copy([DEVICE_PLUGIN, VLLM], MIRROR, {"docker-hub"})

    assert copy.source.startswith("nvcr.io/nvidia/k8s-device-plugin@")
    assert len(images_to_copy(ON_EKS, MIRROR, set())) == len(ON_EKS)


def test_image_is_copied_by_digest_to_the_address_that_the_platform_pulls() -> None:
    [copy] = images_to_copy([VLLM], MIRROR, {"quay"})

    assert copy == ImageCopy(
        f"docker.io/vllm/vllm-openai@sha256:{VLLM.digest}",
        f"{MIRROR}/docker.io/vllm/vllm-openai:{VLLM.tag}",
    )
    assert VLLM.at(MIRROR) == f"{copy.destination}@sha256:{VLLM.digest}"


def test_image_without_digest_is_copied_by_tag() -> None:
    [copy] = images_to_copy([METRICS_ADAPTER], MIRROR, set())

    assert copy == ImageCopy(METRICS_ADAPTER.at(None), METRICS_ADAPTER.at(MIRROR))


@pytest.mark.parametrize("image", EVERY, ids=lambda image: image.repository)
def test_every_image_is_either_cached_or_copied(image: Image | TaggedImage) -> None:
    host = image.repository.partition("/")[0]
    cached = any(host == upstream.host for upstream in UPSTREAMS.values())

    assert cached != bool(images_to_copy([image], MIRROR, UPSTREAMS))
