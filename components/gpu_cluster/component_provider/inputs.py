"""Inputs of components as programs in any language give them: sections of a stack file, numbers as floats."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

import pulumi
from pulumi.errors import InputPropertiesError, InputPropertyErrorDetails
from pydantic import BaseModel

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.network import NetworkSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack import StackFileError
from gpu_cluster.stack.load import check_section, stack_of
from gpu_cluster.stack.sections import NAMESPACE

Section = TypeVar("Section", bound=BaseModel)
Subnets = TypeVar("Subnets", bound=Mapping[str, Any])


def stack_from(sections: dict[str, Any]) -> Stack:
    """`InputPropertiesError` with everything that is wrong with the sections."""
    try:
        return stack_of(_whole(sections))
    except StackFileError as error:
        own = f"{NAMESPACE}:"
        details = [
            detail(f"stack.{it.key.removeprefix(own)}", it.message.replace(own, "")) for it in error.problems
        ]
        raise InputPropertiesError("the stack is wrong", details) from None


def settings_from(section: type[Section], name: str, given: dict[str, Any]) -> Section:
    """One section by itself, with its name. `InputPropertiesError` with everything that is wrong with it."""
    settings = _whole(given)
    try:
        check_section(name, settings)
    except StackFileError as error:
        own = f"{NAMESPACE}:{name}"
        details = [detail(f"settings{it.key.removeprefix(own)}", it.message) for it in error.problems]
        raise InputPropertiesError("the settings are wrong", details) from None
    return section.model_validate_json(json.dumps(settings), strict=True, by_alias=True, by_name=False)


def eks_settings(stack: Stack) -> tuple[EksSettings, NetworkSettings]:
    """Sections of a stack on EKS. `InputPropertiesError` where its cluster is another."""
    if not isinstance(stack.cluster, EksSettings) or stack.network is None:
        wrong = detail("stack.cluster.provider", "this component needs provider eks")
        raise InputPropertiesError("the stack is wrong", [wrong])
    return stack.cluster, stack.network


def by_zone(
    name: str, subnets: pulumi.Input[dict[str, pulumi.Input[str]]], zones: Sequence[str]
) -> dict[str, pulumi.Output[str]]:
    """Ids of subnets, of which the zones are known before the ids.

    `InputPropertiesError` for zones without a subnet, where the input is known; an output fails later.
    """
    if isinstance(subnets, dict):
        _require_zones(name, subnets, zones)
    given = cast(pulumi.Output[dict[str, str]], pulumi.Output.from_input(subnets))
    given = given.apply(lambda found: _require_zones(name, found, zones))
    return {zone: given[zone] for zone in zones}


def _require_zones(name: str, found: Subnets, zones: Sequence[str]) -> Subnets:
    missing = [
        detail(f'{name}["{zone}"]', "the network has this zone") for zone in zones if zone not in found
    ]
    if missing:
        raise InputPropertiesError("a subnet is missing in each of these zones", missing)
    return found


def detail(path: str, reason: str) -> InputPropertyErrorDetails:
    return {"property_path": path, "reason": reason}


def _whole(value: Any) -> Any:
    """Numbers as they were written: the engine hands over each as a float."""
    if isinstance(value, dict):
        given = cast(dict[str, Any], value)
        return {key: _whole(part) for key, part in given.items()}
    if isinstance(value, list):
        return [_whole(part) for part in cast(list[Any], value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value
