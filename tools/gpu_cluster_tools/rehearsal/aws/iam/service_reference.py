"""Actions, the resources that they are allowed on, and the form of those resources' ARNs.

authorization.json has the facts of the service authorization reference for the services in use, with source
and date. In "on" a type that ends with `?` is optional; "with" are the actions that AWS names as
dependent.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("authorization.json")
_PLACE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class ActionReference:
    resources: Mapping[str, bool]
    """Type of resource to whether every call has one."""

    dependent: tuple[str, ...]


@dataclass(frozen=True)
class ServiceReference:
    arns: Mapping[str, str]
    """Type of resource to its ARN, with ${…} for what differs."""

    actions: Mapping[str, ActionReference]


@cache
def services() -> Mapping[str, ServiceReference]:
    """Service references by action prefix, such as elasticfilesystem."""
    return {
        prefix: ServiceReference(
            given["resources"],
            {
                name: ActionReference(
                    {each.rstrip("?"): not each.endswith("?") for each in action.get("on", ())},
                    tuple(action.get("with", ())),
                )
                for name, action in given["actions"].items()
            },
        )
        for prefix, given in json.loads(_FILE.read_text()).items()
        if prefix != "source"
    }


def action_of(name: str) -> ActionReference | None:
    """An action such as ec2:CreateVpc; None where the reference has none of the name."""
    prefix, _, action = name.partition(":")
    service = services().get(prefix)
    return service.actions.get(action) if service else None


def places_in(arn: str) -> list[str]:
    """Names of the variables of an ARN, without partition, region and account."""
    return [name for name in _PLACE.findall(arn) if name not in ("Partition", "Region", "Account")]


def filled(arn: str, values: Mapping[str, str]) -> str:
    """ARN with these values, and `*` for all other variables."""
    return _PLACE.sub(lambda found: values.get(found[1], "*"), arn)


def is_of(arn: str, form: str) -> bool:
    """True if an ARN has the format of a resource type."""
    pattern = "".join(
        ".*" if piece.startswith("${") else re.escape(piece) for piece in re.split(r"(\$\{\w+\})", form)
    )
    return re.fullmatch(pattern, arn) is not None
