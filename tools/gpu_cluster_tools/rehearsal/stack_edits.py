"""Everyday edits of a stack file, none of which may lose data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gpu_cluster.capacity import surges
from gpu_cluster.capacity.resources import GIB
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.pools import Provisioner
from gpu_cluster.config.quantity import amount
from gpu_cluster.config.services import ServiceSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster_tools.rehearsal.stack_copy import Keys

_POOLS = "gpu-cluster:pools"
_MODELS: Keys = ("config", "gpu-cluster:serving", "models")
_TEAM_MODELS: Keys = ("config", "gpu-cluster:models")
_LABEL = "example.com/rehearsed"


@dataclass(frozen=True, slots=True)
class StackEdit:
    """One key of the stack file, and what it becomes."""

    keys: Keys
    value: Any
    words: str

    def __str__(self) -> str:
        return self.words


def edits_of(stack: Stack) -> Iterator[list[StackEdit]]:
    """Edits by kind, in order of preference; the first that the stack file allows is used."""
    if stack.cluster.provider != "existing":  # whose nodes the stack does not make
        yield [_grow(stack, name) for name in stack.pools]
        yield [_label(stack, name) for name in stack.pools]
        if in_place := [name for name in stack.pools if _is_replaced_in_place(stack, name)]:
            yield [_renew(stack, name) for name in in_place]
    yield _shorten(_MODELS, stack.serving.models)


def team_edits_of(team: TeamStack) -> Iterator[list[StackEdit]]:
    """The same for a team's stack."""
    yield _shorten(_TEAM_MODELS, team.file.models)
    yield [_tell(name, service) for name, service in team.file.services.items()]


def changes_of(stack: Stack) -> list[StackEdit]:
    """Edits that a person may make to a stack on AWS, in no order and whether or not its file allows them."""
    tags, days = {**stack.tags, "rehearsed": "true"}, 30
    flow_logs = StackEdit(
        ("config", "gpu-cluster:network", "flowLogs"), {"retentionDays": days}, f"flow logs of {days} days"
    )
    repository = StackEdit(
        ("config", "gpu-cluster:registry", "repositories"), {"rehearsed": {}}, "another repository"
    )
    return [
        StackEdit(("config", "gpu-cluster:tags"), tags, "a tag on all resources"),
        flow_logs,
        repository,
        *(_grow(stack, name) for name in stack.pools),
        *(_label(stack, name) for name in stack.pools),
        *(_taint(stack, name) for name in stack.pools),
    ]


def _taint(stack: Stack, name: str) -> StackEdit:
    taints = {key: taint.model_dump() for key, taint in stack.pools[name].taints.items()}
    return StackEdit(("config", _POOLS, name, "taints"), {**taints, _LABEL: {}}, f"pool {name} gets a taint")


def _grow(stack: Stack, name: str) -> StackEdit:
    """Raise the maximum, and the minimum only of pools of fixed size: others have an autoscaler."""
    nodes = stack.pools[name].nodes
    more = {"min": nodes.min if nodes.min < nodes.max else nodes.min + 1, "max": nodes.max + 1}
    words = f"pool {name} grows from at most {nodes.max} nodes to {more['max']}"
    return StackEdit(("config", _POOLS, name, "nodes"), more, words)


def _is_replaced_in_place(stack: Stack, name: str) -> bool:
    """True if nodes of a pool are removed before their replacements start, while models run on it.

    For a capacity block EKS requires a desired size of 0 first, which is a user's step (EKS user guide,
    capacity-blocks-mng, 2026-08-22).
    """
    pool = stack.pools[name]
    used = any(model.pool == name for model in stack.serving.models.values())
    by_group = isinstance(stack.cluster, EksSettings) and pool.provisioner is Provisioner.NODE_GROUP
    return used and by_group and not surges(pool) and not pool.capacity.capacity_block


def _renew(stack: Stack, name: str) -> StackEdit:
    size = amount(stack.pools[name].disk.size) + 10 * GIB
    larger = stack.pools[name].disk.model_dump(by_alias=True, exclude_none=True) | {
        "size": f"{int(size) // GIB}Gi"
    }
    words = f"pool {name} gets new nodes with disks of {larger['size']}"
    return StackEdit(("config", _POOLS, name, "disk"), larger, words)


def _label(stack: Stack, name: str) -> StackEdit:
    labels = {**stack.pools[name].labels, _LABEL: "true"}
    return StackEdit(("config", _POOLS, name, "labels"), labels, f"pool {name} gets the label {_LABEL}")


def _shorten(where: Keys, models: Mapping[str, ModelSettings]) -> list[StackEdit]:
    contexts = {name: model.context for name, model in models.items() if model.context}
    return [
        StackEdit(
            (*where, name, "context"),
            context // 2,
            f"model {name} takes {context // 2} tokens of context instead of {context}",
        )
        for name, context in contexts.items()
    ]


def _tell(name: str, service: ServiceSettings) -> StackEdit:
    keys = ("config", "gpu-cluster:services", name, "env")
    env = {key: it.model_dump(by_alias=True, exclude_none=True) for key, it in service.env.items()}
    return StackEdit(keys, {**env, "REHEARSED": "true"}, f"service {name} gets the variable REHEARSED")
