"""Values that are valid YAML but not plausible: empty, placeholders, dates, misplaced secrets."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from gpu_cluster.catalog.today import now
from gpu_cluster.config.pool_capacity import BLOCK_END, CapacityBlock
from gpu_cluster.config.secret import Secret
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.placeholders import has_placeholder
from gpu_cluster.stack.type_introspection import inside, models
from gpu_cluster.stack.yaml_nodes import entries, kind_of, text_of

_BLOCKS_END = time(11, 30)
"""Capacity blocks end at 11:30 UTC (Amazon EC2 user guide, Capacity Blocks for ML, 2026-09-13)."""


def yaml_pitfalls(node: Node, keys: Keys, allowed: Any) -> Iterator[Diagnostic]:
    """Every trap at and below a node, with keys from the root of the file on."""
    if isinstance(node, ScalarNode):
        message = _scalar_trap(node)
        if message:
            yield Diagnostic(keys, message)
        return
    if _is_secret(node) and Secret not in models(allowed):
        yield Diagnostic(keys, "a secret is not allowed here; give the value in plain text")
        return
    for entry in entries(node):
        below = (*keys, entry.key)
        if isinstance(entry.key, str) and has_placeholder(entry.key):
            yield Diagnostic(below, f"unfilled placeholder '{entry.key}' as key")
        elif _is_end_of_a_block(entry.key, allowed) and (text := _timestamp(entry.node)):
            yield Diagnostic(below, _unquoted_end(text))
        else:
            yield from yaml_pitfalls(entry.node, below, inside(allowed, entry.key))


def _scalar_trap(node: ScalarNode) -> str | None:
    text = text_of(node)
    match kind_of(node):
        case "null":
            return "has no value; give one, or remove the key"
        case "timestamp":
            return f'YAML reads {text} as a date; write it in quotes: "{text}"'
        case _:
            return f"unfilled placeholder {text!r}" if has_placeholder(text) else None


def _is_end_of_a_block(key: Any, allowed: Any) -> bool:
    return key == "ends" and CapacityBlock in models(allowed)


def _timestamp(node: Node) -> str | None:
    return text_of(node) if isinstance(node, ScalarNode) and kind_of(node) == "timestamp" else None


def _unquoted_end(text: str) -> str:
    """A hint that the checks of a capacity block accept: in UTC, with a time, and not past."""
    try:
        read = datetime.fromisoformat(text)
        if len(text) == len("2036-12-01"):
            read = datetime.combine(read, _BLOCKS_END)
        end = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # OverflowError: after the year 9999 in UTC
        return f"YAML reads {text} as a date; expected {BLOCK_END}"
    if end <= now():
        return f"YAML reads {text} as a date, and it is past; expected {BLOCK_END}"
    return f'YAML reads {text} as a date; write it in quotes: "{end:%Y-%m-%dT%H:%M:%SZ}"'


def _is_secret(node: Node) -> bool:
    return isinstance(node, MappingNode) and [entry.key for entry in entries(node)] == ["secure"]
