"""Container options of a stack file: image, arguments and environment."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Self, cast

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from gpu_cluster.config.names import NonBlank
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.section import Settings

_HOST = r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d{1,5})?/)?"
_PATH = r"[a-z0-9]+([._/-]+[a-z0-9]+)*"
_DIGEST = r"@sha256:[0-9a-f]{64}"

ImageReference = Annotated[
    str,
    Pattern(
        rf"{_HOST}{_PATH}(:(?!latest(@|$))[A-Za-z0-9_][-A-Za-z0-9_.]{{0,127}}({_DIGEST})?|{_DIGEST})",
        "an image with a tag other than latest, or a digest, such as quay.io/org/app:1.4.2",
    ),
]

EngineVersion = Annotated[
    str,
    Pattern(
        rf"((turing|hopper)-)?v?\d[A-Za-z0-9_.-]{{0,99}}({_DIGEST})?",
        "a release such as v0.26.0, with its digest where one is pinned: v0.26.0@sha256:…",
    ),
]

EnvName = Annotated[
    str, Pattern(r"[A-Za-z_][A-Za-z0-9_]{0,127}", "letters, digits and _, not starting with a digit")
]

MountPath = Annotated[str, Pattern(r"(/[-\w.]+)+", "an absolute path such as /var/lib/app")]

ObjectName = Annotated[
    str,
    Pattern(
        r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?",
        "a Kubernetes name: lower-case letters, digits, dashes and dots",
    ),
]

Port = Annotated[int, Field(ge=1024, le=65535)]
"""Unprivileged port: containers do not run as root."""


class Variable(Settings):
    """Value of an environment variable: text, or a key of a Secret in the namespace."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["value"], "properties": {"secret": False, "key": False}},
                {"required": ["secret", "key"], "properties": {"value": False}},
            ]
        }
    )

    value: str | None = None
    """Value; plain text is short for it. Default: none."""

    secret: ObjectName | None = None
    """Secret in the namespace with the value; requires key. Default: none."""

    key: NonBlank | None = None
    """Key in the Secret. Default: none."""

    @model_validator(mode="after")
    def _either(self) -> Self:
        given = (self.value is not None, self.secret is not None, self.key is not None)
        if given not in ((True, False, False), (False, True, True)):
            raise ValueError("expected text, or secret and key")
        return self


def _variable(given: Any) -> object:
    if isinstance(given, str):
        return {"value": given}
    if isinstance(given, dict | Variable):
        return cast(object, given)
    raise ValueError("expected text, or secret and key")


Environment = dict[
    EnvName, Annotated[Variable, BeforeValidator(_variable, json_schema_input_type=str | Variable)]
]


def _arguments(given: Any) -> list[Any]:
    """Arguments as a list of words, from a list or a map."""
    if isinstance(given, dict):
        named = cast(dict[object, Any], given)
        return [word for name, value in named.items() for word in _words(str(name).lstrip("-"), value)]
    if isinstance(given, list):
        words = cast(list[Any], given)
        return [str(it) if isinstance(it, int | float) and not isinstance(it, bool) else it for it in words]
    raise ValueError("expected a list of arguments, or a map of them")


def _words(name: str, value: Any) -> Iterator[str]:
    if value is True or value is None:
        yield f"--{name}"
    elif value is False:
        yield f"--no-{name}"
    elif isinstance(value, list):
        values = cast(list[Any], value)
        yield from (f"--{name}", *(it if isinstance(it, str) else json.dumps(it) for it in values))
    else:
        yield f"--{name}={value if isinstance(value, str) else json.dumps(value, separators=(',', ':'))}"


Arguments = Annotated[
    list[str], BeforeValidator(_arguments, json_schema_input_type=list[str | int | float] | dict[str, Any])
]
"""Command arguments: a list, or a map.

In a map, true is a bare flag, false its --no- form, a list means several values, and nested keys are JSON."""
