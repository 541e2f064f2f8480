"""What pulumi_aws knows of its resource types: properties, their types, and which are required."""

import sys
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pulumi

_INSIDE_INPUT = {"Output": pulumi.Output, "T": Any}  # names that the definition of pulumi.Input leaves open


@dataclass(frozen=True, slots=True)
class Properties:
    """By the names that the engine uses: cidrBlock."""

    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    required: frozenset[str]


@cache
def properties_of(token: str) -> Properties:
    """The properties of a resource type, such as aws:ec2/vpc:Vpc. KeyError where the SDK has no such type."""
    module, name = _place(token)
    resource = getattr(module, name)
    home = sys.modules[resource.__module__]
    # Named otherwise where a nested type has taken the name.
    arguments = getattr(home, f"{name}InitArgs", None) or getattr(home, f"{name}Args")
    inputs = fields_of(arguments)
    required = {
        _engine_name(arguments, parameter.name)
        for parameter in signature(arguments.__init__).parameters.values()
        if parameter.kind is Parameter.KEYWORD_ONLY and parameter.default is Parameter.empty
    }
    return Properties(inputs, fields_of(resource), frozenset(required))


@cache
def answers_of(token: str) -> Mapping[str, Any]:
    """What a function answers, such as aws:ec2/getVpc:getVpc. KeyError where the SDK has no such function."""
    name = token.rpartition(":")[2]
    module, result = _place(token.removesuffix(name) + f"{name[0].upper()}{name[1:]}Result")
    return fields_of(getattr(module, result))


@cache
def provider_settings() -> Mapping[str, Any]:
    """The settings that a provider takes."""
    return fields_of(import_module("pulumi_aws.provider").ProviderArgs)


@cache
def fields_of(owner: type) -> Mapping[str, Any]:
    """Every property of a class of the SDK, with its type as it is without `Input` and `Output`."""
    namespace = vars(sys.modules[owner.__module__])
    fields: dict[str, Any] = {}
    for attribute, value in vars(owner).items():
        if isinstance(value, property) and value.fget:
            hints = get_type_hints(value.fget, namespace, _INSIDE_INPUT)
            fields[_engine_name(owner, attribute)] = plain(hints["return"])
    return fields


def plain(kind: Any) -> Any:
    """A type without what the SDK wraps around it: Input[Optional[str]] is str."""
    origin = get_origin(kind)
    if origin not in (Union, UnionType):
        return plain(get_args(kind)[0]) if origin in (pulumi.Output, Awaitable) else kind
    choices = [choice for choice in get_args(kind) if choice is not NoneType and not _is_wrapper(choice)]
    if len(choices) == 1:
        return plain(choices[0])
    # The others are enums that also take any string, and typed dictionaries beside the class that they spell.
    return plain(next(choice for choice in choices if not _is_enum(choice)))


def is_object(kind: Any) -> bool:
    """Whether a type is a class of the SDK with properties of its own."""
    return isinstance(kind, type) and kind.__module__.startswith("pulumi_aws.")


def is_list(kind: Any) -> bool:
    return get_origin(kind) is Sequence


def is_map(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _is_wrapper(kind: Any) -> bool:
    return get_origin(kind) in (pulumi.Output, Awaitable)


def _engine_name(owner: type, attribute: str) -> str:
    getter = getattr(vars(owner).get(attribute), "fget", None)
    return getattr(getter, "_pulumi_name", attribute)


def _place(token: str) -> tuple[Any, str]:
    """The SDK module of a type, and its name: aws:ec2/vpc:Vpc is Vpc in pulumi_aws.ec2."""
    package, _, rest = token.partition(":")
    path, _, name = rest.rpartition(":")
    group = path.partition("/")[0]
    if package != "aws" or not name:
        raise KeyError(token)
    try:
        module = import_module("pulumi_aws" if group == "index" else f"pulumi_aws.{group}")
    except ModuleNotFoundError as error:
        raise KeyError(token) from error
    if not hasattr(module, name):
        raise KeyError(token)
    return module, name
