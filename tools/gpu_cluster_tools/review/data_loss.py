"""Data loss of a change, unless a waiver covers it: the rule of the gate, evaluated on plans."""

from collections.abc import Iterable, Iterator
from typing import Any

from gpu_cluster.plan import Registered
from gpu_cluster_policies.pack import Pack
from gpu_cluster_policies.preview import Step
from gpu_cluster_tools.review.changes import Action, ResourceChange


def data_losses(
    changes: Iterable[ResourceChange], before: Iterable[Registered], pack: Pack
) -> list[ResourceChange]:
    """The replacements and deletions that rule 89 finds and no waiver of the stack covers."""
    inputs = {(each.type, each.name): each.inputs for each in before}
    steps = {_urn(change): (change, step) for change, step in _steps(changes, inputs)}
    found = pack.gate(step for _, step in steps.values()).findings
    return [steps[urn][0] for urn in dict.fromkeys(each.judged.urn for each in found)]


def _steps(
    changes: Iterable[ResourceChange], inputs: dict[tuple[str, str], Any]
) -> Iterator[tuple[ResourceChange, Step]]:
    for change in changes:
        if change.action in (Action.REPLACE, Action.DELETE):
            known = {"inputs": inputs.get((change.type, change.name), {})}
            yield change, Step(change.action, _urn(change), known, {}, change.forced_by)


def _urn(change: ResourceChange) -> str:
    return f"urn:pulumi:plan::gpu-cluster::{change.type}::{change.name}"
