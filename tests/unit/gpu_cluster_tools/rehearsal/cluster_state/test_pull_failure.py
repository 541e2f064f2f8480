"""Messages of containerd 2.1.4 and a registry, from a kubelet 1.35.4, explained."""

import pytest

from gpu_cluster_tools.rehearsal.cluster_state.pull_failure import pull_failure

IMAGE = "harbor.example.com/mirror/docker.io/vllm/vllm-openai:v0.26.0@sha256:" + "ab" * 32
UNPACK = f'failed to pull and unpack image "{IMAGE}": failed to resolve image: '
HEAD = "https://harbor.example.com/v2/mirror/docker.io/vllm/vllm-openai/manifests/sha256:abab"


@pytest.mark.parametrize(
    ("message", "words", "hint"),
    [
        (
            f"unexpected status from HEAD request to {HEAD}: 401 Unauthorized",
            "harbor.example.com rejects the login",
            "password of registry.login",
        ),
        (
            "pull access denied, repository does not exist or may require authorization: "
            "authorization failed: no basic auth credentials",
            "harbor.example.com requires a login, and no Secret of the pod has one for it",
            "registry.login",
        ),
        (
            "pull access denied, repository does not exist or may require authorization: server message: "
            "insufficient_scope: authorization failed",
            "does not have this repository, or the login may not read it",
            "rights of the login",
        ),
        (f"{IMAGE}: not found", "harbor.example.com does not have this image", "gpu-cluster images"),
        (
            f'failed to do request: Head "{HEAD}": tls: failed to verify certificate: x509: '
            "certificate signed by unknown authority",
            "does not trust the certificate of harbor.example.com",
            "CA",
        ),
        (
            f'failed to do request: Head "{HEAD}": dial tcp 10.20.0.5:443: connect: connection refused',
            "the node does not reach harbor.example.com",
            "routes",
        ),
    ],
)
def test_pull_failure_explains_cause_and_fix(message: str, words: str, hint: str) -> None:
    found = pull_failure(IMAGE, UNPACK + message)

    assert found.startswith("cannot pull harbor.example.com/mirror/docker.io/vllm/vllm-openai:v0.26.0: ")
    said, _, advice = found.partition("; hint: ")
    assert words in said
    assert hint in advice


def test_unknown_cause_is_shown_unchanged() -> None:
    assert pull_failure(IMAGE, "no space left on device") == f"cannot pull {IMAGE}: no space left on device"


def test_image_without_a_host_is_from_docker_hub() -> None:
    assert "docker.io limits the rate" in pull_failure("library/busybox:1", "429 Too Many Requests")
