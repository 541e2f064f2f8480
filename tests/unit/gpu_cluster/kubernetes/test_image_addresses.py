from typing import Any

import pytest

from gpu_cluster.config.model import ModelSettings
from gpu_cluster.kubernetes.image_addresses import image_of, images_of
from tests.unit.gpu_cluster.stacks import model_of, stack_of

DIGEST = "@sha256:" + "0123456789abcdef" * 4
PINNED = "docker.io/vllm/vllm-openai:v0.26.0"


def images(registry: Any = None, **model: Any) -> dict[str, str]:
    stack = stack_of(registry=registry or {})
    return images_of({"chat": ModelSettings.model_validate(model_of(**model))}, stack, PINNED)


@pytest.mark.parametrize("version", [None, "v0.26.0"])
def test_pinned_release_keeps_the_pinned_digest(version: str | None) -> None:
    assert images(version=version) == {}


def test_version_is_a_tag_of_the_engine_repository() -> None:
    assert images(version=f"v0.27.0{DIGEST}") == {"chat": f"docker.io/vllm/vllm-openai:v0.27.0{DIGEST}"}
    assert images(engine="sglang", version="v0.5.23") == {"chat": "docker.io/lmsysorg/sglang:v0.5.23"}


def test_custom_image_keeps_its_digest_and_comes_from_the_mirror() -> None:
    mirror = {"mirror": "harbor.example.com/mirror"}
    assert images(image=f"quay.io/org/vllm:1{DIGEST}") == {"chat": f"quay.io/org/vllm:1{DIGEST}"}
    assert images(mirror, image=f"org/vllm:1{DIGEST}", version="v0.26.0") == {
        "chat": f"harbor.example.com/mirror/docker.io/org/vllm:1{DIGEST}"
    }


def test_image_without_host_is_from_docker_hub() -> None:
    assert image_of("redis:8", stack_of()) == "docker.io/library/redis:8"
