"""User data of instances, as cloud-init and nodeadm read it: decoded, and split into its parts."""

from __future__ import annotations

import base64
import binascii
import gzip
import tomllib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_string
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gpu_cluster_policies.resources.property import Property, UnreadableError
from gpu_cluster_policies.resources.resource import Resource, subjects
from gpu_cluster_policies.resources.resource_types import (
    INSTANCES,
    LAUNCH_CONFIGURATION,
    LAUNCH_TEMPLATE,
    NODE_CLASS,
    SPOT_FLEET,
)

_GZIP = b"\x1f\x8b"
_NODE_CONFIG = "application/node.eks.aws"
_NODE_CONFIG_GROUP = "node.eks.aws/"
_CLOUD_INIT = ("#!", "#cloud-", "#include", "#part-handler", "#upstart-job")
"""Beginnings that cloud-init knows; another comment may be that of a NodeConfig, which nodeadm reads."""


@dataclass(frozen=True, slots=True)
class UserDataPart:
    """One part of the user data: settings of nodeadm or Bottlerocket, or text, such as a script."""

    text: str = ""
    """A script, or other text of cloud-init; empty for settings."""

    node_config: Property | None = None
    """`spec` of a NodeConfig of nodeadm."""

    bottlerocket: Property | None = None
    """`settings` of Bottlerocket."""


@subjects(LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, *INSTANCES, NODE_CLASS, SPOT_FLEET)
def user_data(resource: Resource) -> Iterator[Property]:
    """Properties with user data."""
    if resource.kind == NODE_CLASS:
        yield resource.at("spec", "userData")
        return
    for launched in resource.at("launchSpecifications").items() if resource.kind == SPOT_FLEET else ():
        yield launched.at("userData")
    yield resource.at("userData")
    yield resource.at("userDataBase64")


def plain_text(given: Property) -> str:
    """User data as cloud-init reads it: decoded from base64 and gzip. `UnreadableError` if it is no text."""
    content = given.text.encode()
    with suppress(binascii.Error, ValueError):  # plain text, as an instance takes it
        content = base64.b64decode("".join(given.text.split()), validate=True)
    try:
        return (gzip.decompress(content) if content.startswith(_GZIP) else content).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        raise UnreadableError(given, "not text", "text, base64 text or gzipped text") from None


def parts_of(given: Property) -> Iterator[UserDataPart]:
    """Every part. `UnreadableError` where settings of a node cannot be parsed."""
    text = plain_text(given)
    if text.lower().startswith(("mime-version:", "content-type:")):
        for part in message_from_string(text).walk():
            if not part.is_multipart():
                content = cast(bytes, part.get_payload(decode=True)).decode(errors="replace")
                yield _part(given, content, is_node_config=part.get_content_type() == _NODE_CONFIG)
    elif text.strip():
        yield _part(
            given, text, is_node_config=_NODE_CONFIG_GROUP in text and not text.startswith(_CLOUD_INIT)
        )


def _part(given: Property, text: str, *, is_node_config: bool) -> UserDataPart:
    if is_node_config:
        return UserDataPart(node_config=_node_config(given, text))
    if not text.startswith("#!"):
        with suppress(tomllib.TOMLDecodeError):
            if settings := _toml(given, text).get("settings"):
                return UserDataPart(bottlerocket=_shown_as(given, "settings", settings))
    return UserDataPart(text)


def _toml(given: Property, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except (ValueError, RecursionError):  # a number of thousands of digits, nested without end
        raise UnreadableError(given, "TOML that cannot be read", "settings of Bottlerocket") from None


def _node_config(given: Property, text: str) -> Property:
    try:
        document: Any = YAML(typ="safe", pure=True).load(text)  # pyright: ignore[reportUnknownMemberType]
    except (YAMLError, ValueError, RecursionError):  # ValueError: 2026-13-45 is no date
        raise UnreadableError(given, "a NodeConfig that is invalid YAML", "a NodeConfig") from None
    if not isinstance(document, Mapping):
        raise UnreadableError(given, "a NodeConfig that is no map", "a NodeConfig")
    return _shown_as(given, "", cast(Mapping[str, Any], document).get("spec"))


def _shown_as(given: Property, path: str, content: Any) -> Property:
    return Property(given.owner, path, content)
