"""Edits of a stack file that a person would make on a quiet day, none of which may lose anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from components.config.stack import Stack
from rehearsal.stack_copy import Keys

_POOLS = "gpu-cluster:pools"
_SERVING = "gpu-cluster:serving"
_LABEL = "example.com/rehearsed"


@dataclass(frozen=True, slots=True)
class Edit:
    """One key of the stack file, and what it becomes."""

    keys: Keys
    value: Any
    words: str

    def __str__(self) -> str:
        return self.words


def edits_of(stack: Stack) -> Iterator[list[Edit]]:
    """For each thing that a person does, the ways to do it; the first that the stack file allows counts."""
    if stack.cluster.provider != "existing":  # whose nodes the stack does not make
        yield [_grow(stack, name) for name in stack.pools]
        yield [_label(stack, name) for name in stack.pools]
    contexts = {name: model.context for name, model in stack.serving.models.items()}
    yield [_shorten(name, context) for name, context in contexts.items() if context]


def _grow(stack: Stack, name: str) -> Edit:
    nodes = stack.pools[name].nodes
    more = {"min": nodes.min + 1, "max": max(nodes.max, nodes.min + 1)}
    return Edit(
        ("config", _POOLS, name, "nodes"), more, f"pool {name} grows from {nodes.min} nodes to {more['min']}"
    )


def _label(stack: Stack, name: str) -> Edit:
    labels = {**stack.pools[name].labels, _LABEL: "true"}
    return Edit(("config", _POOLS, name, "labels"), labels, f"pool {name} gets the label {_LABEL}")


def _shorten(name: str, context: int) -> Edit:
    return Edit(
        ("config", _SERVING, "models", name, "context"),
        context // 2,
        f"model {name} takes {context // 2} tokens of context instead of {context}",
    )
