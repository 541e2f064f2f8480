"""Inputs of components as programs in any language give them: sections of a stack file, numbers as floats."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import pulumi
from pulumi.errors import InputPropertiesError, InputPropertyErrorDetails
from pulumi.output import Unknown
from pydantic import BaseModel

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.network import NetworkSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack import StackFileError
from gpu_cluster.stack.load import check_section, stack_of
from gpu_cluster.stack.sections import NAMESPACE

Problems = list[InputPropertyErrorDetails]

T = TypeVar("T")
Section = TypeVar("Section", bound=BaseModel)
Subnets = TypeVar("Subnets", bound=Mapping[str, Any])


@dataclass(frozen=True, slots=True)
class Checked(Generic[T]):
    """Value of arguments, and everything that is wrong with them."""

    value: T | None
    """None if the arguments are wrong."""

    problems: Problems

    def also(self, problems: Problems) -> "Checked[T]":
        """The same with problems of other arguments."""
        return Checked(self.value, [*self.problems, *problems])

    def accepted(self) -> T:
        """The value. `InputPropertiesError` with all problems."""
        if self.value is None or self.problems:
            raise InputPropertiesError("the arguments are wrong", self.problems)
        return self.value


def checked_stack(sections: Any) -> Checked[Stack]:
    """Checked settings of a stack's sections; `wrong_arguments` reports a value that is not a map."""
    if not isinstance(sections, dict):
        return Checked(None, [])
    try:
        return Checked(stack_of(_whole(sections)), [])
    except StackFileError as error:
        own = f"{NAMESPACE}:"
        return Checked(
            None,
            [
                detail(f"stack.{it.key.removeprefix(own)}", it.message.replace(own, ""))
                for it in error.problems
            ],
        )


def checked_settings(section: type[Section], name: str, given: Any) -> Checked[Section]:
    """One section by itself, with its name."""
    if not isinstance(given, dict):
        return Checked(None, [])
    settings = _whole(given)
    try:
        check_section(name, settings)
    except StackFileError as error:
        own = f"{NAMESPACE}:{name}"
        return Checked(
            None, [detail(f"settings{it.key.removeprefix(own)}", it.message) for it in error.problems]
        )
    valid = section.model_validate_json(json.dumps(settings), strict=True, by_alias=True, by_name=False)
    return Checked(valid, [])


def checked_eks_stack(sections: Any) -> Checked[Stack]:
    """Settings of a stack on EKS."""
    checked = checked_stack(sections)
    if checked.value is None or _on_eks(checked.value):
        return checked
    return Checked(None, [detail("stack.cluster.provider", "this component needs provider eks")])


def eks_settings(stack: Stack) -> tuple[EksSettings, NetworkSettings]:
    """Sections of a stack on EKS."""
    return cast(EksSettings, stack.cluster), cast(NetworkSettings, stack.network)


def _on_eks(stack: Stack) -> bool:
    return isinstance(stack.cluster, EksSettings) and stack.network is not None


def zones_in(sections: Any) -> list[str]:
    """Zones of the network in sections that may be wrong elsewhere; none if they are wrong themselves."""
    zones: Any = at(sections, "network", "zones")
    given = cast(list[Any], zones) if isinstance(zones, list) else []
    return cast(list[str], given) if all(isinstance(zone, str) for zone in given) else []


def at(value: Any, *keys: str) -> Any:
    """The value at a path of keys; None if it is not there."""
    for key in keys:
        value = cast(dict[str, Any], value).get(key) if isinstance(value, dict) else None
    return value


def by_zone(
    name: str, subnets: pulumi.Input[dict[str, pulumi.Input[str]]], zones: Sequence[str]
) -> dict[str, pulumi.Output[str]]:
    """Ids of subnets, of which the zones are known before the ids; an output without one fails later."""
    given = cast(pulumi.Output[dict[str, str]], pulumi.Output.from_input(subnets))
    given = given.apply(lambda found: _require_zones(name, found, zones))
    return {zone: given[zone] for zone in zones}


def _require_zones(name: str, found: Subnets, zones: Sequence[str]) -> Subnets:
    if missing := missing_zones(name, found, zones):
        raise InputPropertiesError("a subnet is missing in each of these zones", missing)
    return found


def missing_zones(name: str, subnets: Any, zones: Sequence[str]) -> Problems:
    """Zones without a subnet, where the input is known."""
    if not isinstance(subnets, dict):
        return []
    return [detail(f'{name}["{zone}"]', "the network has this zone") for zone in zones if zone not in subnets]


def detail(path: str, reason: str) -> InputPropertyErrorDetails:
    return {"property_path": path, "reason": reason}


def _whole(value: Any) -> Any:
    """Numbers as they were written: the engine hands over each as a float.

    An output has no value here; `wrong_arguments` reports it."""
    if isinstance(value, dict):
        given = cast(dict[str, Any], value)
        return {key: _whole(part) for key, part in given.items()}
    if isinstance(value, list):
        return [_whole(part) for part in cast(list[Any], value)]
    if isinstance(value, pulumi.Output | Unknown):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value
