"""Drift between a stack file and its cluster, as an issue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gpu_cluster_policies.markup import LIMIT, block, code, visible
from gpu_cluster_tools.review.details import Details, fitted


@dataclass(frozen=True, slots=True)
class Drifted:
    """A resource that an update would change, although the stack file is unchanged."""

    what: str
    """Operation of the engine: `update NodeGroup platform-nodes-l4`."""

    changes: tuple[str, ...]
    """Changes by property, from the running to the declared value."""


def marker(stack: str) -> str:
    """First line of the stack's issue, by which it is found again."""
    return f"<!-- gpu-cluster: drift of {visible(stack).replace('--', '')} -->"


def title(stack: str) -> str:
    return f"Stack {visible(stack)} has drifted"


def issue(stack: str, drifted: Sequence[Drifted]) -> str:
    """Markdown for GitHub, within its limit."""
    fence, *inside, end = block(_lines(drifted))
    head = (
        f"{marker(stack)}\nThe running platform differs from {code(f'stacks/Pulumi.{stack}.yaml')}. "
        "The next update reverts it; to keep it, change the stack file.\n"
    )
    counted = f"{len(drifted)} resource{'s'[: len(drifted) != 1]}"
    details = Details(counted, (fence,), tuple(inside), (end,))
    foot = f"<sub>On your machine: {code(f'gpu-cluster drift {stack}')}</sub>\n"
    return fitted([head, details, foot], LIMIT)


def report(stack: str, drifted: Sequence[Drifted]) -> str:
    """Drift report for a terminal."""
    if not drifted:
        return f"{stack}: no drift between platform and stack file"
    return "\n".join([f"{stack}: {len(drifted)} drifted", *(f"  {line}" for line in _lines(drifted))])


def _lines(drifted: Iterable[Drifted]) -> Iterable[str]:
    for each in drifted:
        yield each.what
        yield from (f"    {change}" for change in each.changes)
