"""The entry of a new stack in `policies/settings.yaml` of its project."""

# ruamel.yaml's data is untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.tokens import CommentToken

from gpu_cluster.capacity import pools_of
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster_policies.policy_file import FOLDER
from gpu_cluster_policies.settings import PolicySettings, policy_settings

FILE = f"{FOLDER}/settings.yaml"


def allow(project: Path, name: str, stack: Stack) -> list[str]:
    """Allow the GPUs, instance types, region and models of a new stack in the settings; returns the additions
    as text.

    Comments and order of an existing file stay. `PolicyFileError` if it is wrong.
    """
    settings = policy_settings(project)
    file = project / FILE
    data = _yaml().load(file) if file.is_file() else CommentedMap()
    added = [*_environment(data, name, stack, settings), *_models(data, stack, settings)]
    if added:
        file.parent.mkdir(exist_ok=True)
        with file.open("w") as stream:
            _yaml().dump(data, stream)
        policy_settings.cache_clear()
    return added


def _environment(data: Any, name: str, stack: Stack, settings: PolicySettings) -> Iterator[str]:
    """GPUs, instance types and region of the stack, as the limits of an environment of its name."""
    if not isinstance(stack.cluster, EksSettings) or settings.environment_of(name):
        return
    pools = pools_of(stack).values()
    gpus = sum(pool.gpus * pool.nodes.max for pool in pools)
    instances, region = sorted({pool.machine for pool in pools}), str(stack.region)
    data.setdefault("environments", CommentedMap())[name] = CommentedMap(
        stacks=_flow([name, f"{name}-*"]), gpus=gpus, instances=_flow(instances), regions=_flow([region])
    )
    limit = "1 GPU" if gpus == 1 else f"{gpus} GPUs"
    yield f"environment {name}: {', '.join([limit, *instances, region])}"


def _models(data: Any, stack: Stack, settings: PolicySettings) -> Iterator[str]:
    """Models of the hub by their full names, so that another of the same owner is a decision of its own."""
    allowed = set(settings.model_stores)
    for model in stack.serving.models.values():
        owner = f"{model.model.partition('/')[0]}/*"
        if (not model.mounts_weights or model.mirror) and not allowed & {model.model, owner, "*"}:
            _append(data.setdefault("modelStores", CommentedSeq()), model.model)
            yield f"model {model.model}"


def _append(values: CommentedSeq, value: str) -> None:
    """Append before the blank lines and comments of the next key."""
    values.append(value)
    last = len(values) - 2
    [token, *_] = values.ca.items.get(last, [None])
    if token is None or "\n" not in token.value:
        return
    own, _, after = token.value.partition("\n")
    if after:
        token.value = f"{own}\n"
        moved = CommentToken(f"\n{after}", token.start_mark, None)
        values.ca.items[last + 1] = [moved, None, None, None]


def _flow(values: list[str]) -> CommentedSeq:
    sequence = CommentedSeq(values)
    sequence.fa.set_flow_style()
    return sequence


def _yaml() -> YAML:
    yaml = YAML()
    yaml.width = 10_000
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
