"""Property bags as the engine sends them, and as plain Python."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# (properties are any JSON)

from collections.abc import Collection, Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.rpc import UNKNOWN

__all__ = ["UNKNOWN", "has_unknown", "pack", "secrets_in", "unpack"]

_MARK = "4dabf18193072939515e22adb298388d"  # the key that tells what an object is besides an object
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # its value where the object wraps a secret


def unpack(bag: Struct) -> dict[str, Any]:
    """The properties; numbers without a fraction are ints, nulls are left out, secrets are open."""
    return _plain(MessageToDict(bag))


def secrets_in(*bags: Struct) -> set[str]:
    """The properties that hold a secret, at any depth. All tags are as secret as a resource's own."""
    found = {name for bag in bags for name, value in MessageToDict(bag).items() if _has_secret(value)}
    return found | ({"tagsAll"} if "tags" in found else set())


def pack(properties: Mapping[str, Any], secrets: Collection[str] = ()) -> Struct:
    """Properties for the engine, with these marked as secrets."""
    bag = Struct()
    bag.update(
        {
            name: {_MARK: _SECRET, "value": value} if name in secrets else value
            for name, value in properties.items()
        }
    )
    return bag


def has_unknown(value: Any) -> bool:
    """Whether a value is only known once the program has run."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return value == UNKNOWN


def _has_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get(_MARK) == _SECRET or any(map(_has_secret, value.values()))
    return isinstance(value, list) and any(map(_has_secret, value))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(_MARK) == _SECRET:
            return _plain(value["value"])
        return {key: _plain(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
