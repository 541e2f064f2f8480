import re

import pytest

from gpu_cluster import images
from gpu_cluster.images import DEVICE_PLUGIN, EFA_PLUGIN, Image

EVERY = [image for image in vars(images).values() if isinstance(image, Image)]


@pytest.mark.parametrize("image", EVERY, ids=lambda image: image.repository)
def test_every_image_has_registry_version_tag_and_digest(image: Image) -> None:
    host, _, path = image.repository.partition("/")
    assert "." in host
    assert path
    assert re.fullmatch(r"v?\d+\.\d+\.\d+(-[\w.-]+)?", image.tag)
    assert re.fullmatch(r"[0-9a-f]{64}", image.digest)


def test_image_without_mirror_comes_from_its_publisher() -> None:
    assert DEVICE_PLUGIN.at(None).startswith("nvcr.io/nvidia/k8s-device-plugin:v0.20.0@sha256:")


@pytest.mark.parametrize("mirror", ["harbor.example.com/mirror", "harbor.example.com/mirror/"])
def test_mirror_precedes_the_image_name_and_keeps_the_digest(mirror: str) -> None:
    assert DEVICE_PLUGIN.at(mirror) == f"harbor.example.com/mirror/{DEVICE_PLUGIN.at(None)}"


def test_eks_image_comes_from_the_registry_of_the_region() -> None:
    registry = "602401143452.dkr.ecr.eu-central-1.amazonaws.com/eks"
    assert EFA_PLUGIN.at("eu-central-1") == f"{registry}/aws-efa-k8s-device-plugin:v0.5.20"
