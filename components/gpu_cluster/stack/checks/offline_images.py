"""`offline: true`: images are pulled from a mirror on the site."""

from collections.abc import Iterator
from typing import Any

from gpu_cluster.catalog.upstream_registries import UPSTREAMS
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.offline_endpoints import AWS_HOSTS
from gpu_cluster.stack.checks.region import on_aws
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.manifests import manifests_of

_PUBLIC = {host for it in UPSTREAMS.values() for host in (it.host, it.address)} | {"nvcr.io"}
_NO_PODS = frozenset({"ConfigMap", "Secret"})
"""Kinds whose key `image` is data."""


def public_registries(stack: Stack) -> Iterator[Diagnostic]:
    registry = stack.registry
    for key, address in (("mirror", registry.mirror), ("charts", registry.charts)):
        host = (address or "").removeprefix("oci://").partition("/")[0].partition(":")[0]
        if host in _PUBLIC or (host.endswith(AWS_HOSTS) and not on_aws(stack)):
            message = f"{host} is on the internet; expected a registry on the site with offline: true"
            yield Diagnostic(("registry", key), message)


def public_images(stack: Stack) -> Iterator[Diagnostic]:
    """Images of manifests that are not in the mirror, with the line of each."""
    mirror = stack.mirror
    if mirror is None:
        return
    for position, path in enumerate(stack.extras.manifests or ()):
        for it in manifests_of([path]):
            for keys, image in _images(it.content, ()) if it.kind not in _NO_PODS else ():
                if not image.startswith(f"{mirror.rstrip('/')}/"):
                    message = f"{image} is not in the mirror; expected {mirror}/… with offline: true"
                    yield Diagnostic(("extras", "manifests", position), str(it.problem(keys, message)))


def _images(value: Any, keys: Keys) -> Iterator[tuple[Keys, str]]:
    """Every text at a key `image`, and every image that is mounted as a volume."""
    if isinstance(value, dict):
        given: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        for key, inside in given.items():
            if isinstance(inside, str) and (
                key == "image" or (key == "reference" and keys[-1:] == ("image",))
            ):
                yield (*keys, key), inside
            elif keys or key != "metadata":
                yield from _images(inside, (*keys, key))
    elif isinstance(value, list):
        for index, inside in enumerate(value):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            yield from _images(inside, (*keys, index))
