"""Reason why an image cannot be pulled, with the setting to change."""

import re
from typing import NamedTuple

PULL_REASONS = frozenset({"ErrImagePull", "ImagePullBackOff", "RegistryUnavailable"})
"""Reasons of a waiting container whose image cannot be pulled (pkg/kubelet/images/types.go of Kubernetes)."""


class _Cause(NamedTuple):
    pattern: str
    """Words of containerd or of the libraries that it uses."""

    words: str
    hint: str


_CAUSES = (
    _Cause(
        r"no basic auth credentials|authentication required",
        "{registry} requires a login, and no Secret of the pod has one for it",
        "registry.login for the mirror, else pullSecret",
    ),
    _Cause(
        r"401 Unauthorized",
        "{registry} rejects the login",
        "user and password of registry.login or of the pullSecret",
    ),
    _Cause(
        r"403 Forbidden|pull access denied|insufficient_scope",
        "{registry} does not have this repository, or the login may not read it",
        "`gpu-cluster images`, and the rights of the login",
    ),
    _Cause(
        r"NotFound|not found|manifest unknown|name unknown",
        "{registry} does not have this image",
        "`gpu-cluster images` lists what the mirror needs",
    ),
    _Cause(
        r"x509: |certificate signed by|failed to verify certificate",
        "the node does not trust the certificate of {registry}",
        "install its CA in the container runtime of every node",
    ),
    _Cause(
        r"server gave HTTP response to HTTPS client",
        "{registry} does not use TLS",
        "serve it with TLS, or allow plain HTTP in the container runtime of every node",
    ),
    _Cause(
        r"no such host|connection refused|no route to host|i/o timeout|network is unreachable|Bad Gateway|"
        r"context deadline exceeded",
        "the node does not reach {registry}",
        "name, port and routes from the nodes to the registry",
    ),
    _Cause(
        r"429 Too Many Requests|toomanyrequests", "{registry} limits the rate of pulls", "a mirror or a login"
    ),
)


def pull_failure(image: str, message: str) -> str:
    """Image, cause and hint; the message of the container runtime where the cause is not known.

    pull_failure("harbor.example.com/mirror/a:1", "… 401 Unauthorized")
    # cannot pull harbor.example.com/mirror/a:1: harbor.example.com rejects the login; hint: …
    """
    cause = next((it for it in _CAUSES if re.search(it.pattern, message)), None)
    if cause is None:
        return f"cannot pull {image}: {message}"
    words = cause.words.format(registry=_registry(image))
    return f"cannot pull {image.partition('@')[0]}: {words}; hint: {cause.hint}"


def _registry(image: str) -> str:
    """Host of an image; an image without one is in Docker Hub."""
    host, slash, _ = image.partition("/")
    return host if slash and ("." in host or ":" in host or host == "localhost") else "docker.io"
