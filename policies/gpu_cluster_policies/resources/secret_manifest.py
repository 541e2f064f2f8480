"""Values of a Secret that its manifest writes out."""

from __future__ import annotations

from collections.abc import Iterator

from gpu_cluster_policies.resources.base64_text import decoded
from gpu_cluster_policies.resources.origin import is_extra
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource
from gpu_cluster_policies.resources.secret_text import holds_secret, is_name_of_secret, is_secret

_REGISTRY = (".dockercfg", ".dockerconfigjson")
_NO_SECRETS = (
    "ca.crt",
    "database",
    "email",
    "endpoint",
    "host",
    "name",
    "namespace",
    "port",
    "project",
    "region",
    "server",
    "tls.crt",
    "type",
    "url",
    "user",
    "username",
)
"""Keys of Secrets with values that are no secrets."""


def secrets_written_out(secret: Resource) -> Iterator[Property]:
    """Values that are secrets by their key or their text."""
    for key, field in _values(secret):
        if _is_secret(key, field.text):
            yield field


def unrecognised_value(secret: Resource) -> Property | None:
    """The first other value, which may be a secret, too."""
    others = (field for key, field in _values(secret) if not _is_secret(key, field.text) and _may_be(key))
    return next(others, None)


def _values(secret: Resource) -> Iterator[tuple[str, Property]]:
    """Decoded values of a manifest. Those of a program may come from secret settings; rule 90 judges them."""
    if secret.urn and not is_extra(secret.urn):
        return
    for key, field in secret.at("stringData").entries():
        if isinstance(field.content, str) and field.content:
            yield key, field
    for key, field in secret.at("data").entries():
        if isinstance(field.content, str) and field.content:
            yield key, Property(field.owner, field.path, decoded(field.content))


def _is_secret(key: str, text: str) -> bool:
    if not text or text.startswith(("$", "{{", "<", "ENC[")):  # a placeholder, or encrypted by SOPS
        return False
    if key in _REGISTRY:
        return '"auth"' in text or '"password"' in text
    return is_name_of_secret(key) or is_secret(text) or bool(holds_secret(text))


def _may_be(key: str) -> bool:
    return key.lower() not in _NO_SECRETS
