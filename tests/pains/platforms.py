"""The committed stacks, unchanged and edited: their resources, and why they are refused."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from ruamel.yaml import YAML

from gpu_cluster.config.stack import Stack
from gpu_cluster.plan import Graph, Registered
from gpu_cluster.stack import StackFileError, load
from tests.unit.platforms import platform_of

STACKS = Path(__file__).parents[2] / "stacks"
ON_AWS = ("dev", "staging", "prod")

Edits = Mapping[str, Any]
"""Values by their keys below gpu-cluster, such as {"pools.l4.nodes": 2}; None removes one."""


@cache
def platform(name: str) -> Graph:
    """A committed stack planned with mocks."""
    return platform_of(load(STACKS / f"Pulumi.{name}.yaml"))[0]


def edited(name: str, edits: Edits) -> Graph:
    """A committed stack with these edits, planned with mocks."""
    return platform_of(stack(name, edits))[0]


def stack(name: str, edits: Edits) -> Stack:
    """A committed stack with these edits; `StackFileError` if they make it invalid."""
    yaml = YAML()
    data: Any = yaml.load(STACKS / f"Pulumi.{name}.yaml")  # pyright: ignore[reportUnknownMemberType]
    for path, value in edits.items():
        _put(data["config"], path, value)
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"Pulumi.{name}.yaml"
        yaml.dump(data, file)  # pyright: ignore[reportUnknownMemberType]
        return load(file)


def refusal(name: str, edits: Edits) -> str:
    """The error of a committed stack with these edits."""
    with pytest.raises(StackFileError) as error:
        stack(name, edits)
    return str(error.value)


def _put(config: Any, path: str, value: Any) -> None:
    section, *keys = path.split(".")
    *above, last = (f"gpu-cluster:{section}", *keys)
    for key in above:
        config = config[key]
    if value is None:
        del config[last]
    else:
        config[last] = value


def group(graph: Graph, pool: str) -> Registered:
    """The node group of a pool (not its component)."""
    [found] = [it for it in graph.of("nodeGroup:NodeGroup") if it.name == f"platform-nodes-{pool}"]
    return found


def template(graph: Graph, pool: str) -> Registered:
    """The launch template of a pool."""
    [found] = [it for it in graph.of("LaunchTemplate") if it.name == f"platform-nodes-{pool}-template"]
    return found


def addon(graph: Graph, name: str) -> Registered:
    """An add-on of EKS."""
    [found] = [it for it in graph.of("Addon") if it["addonName"] == name]
    return found


def of_package(graph: Graph, package: str) -> list[Registered]:
    """Every resource of a provider package: `aws`, `kubernetes`."""
    return [it for it in graph.resources if it.type.startswith(f"{package}:")]
