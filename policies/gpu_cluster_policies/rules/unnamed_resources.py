"""Statements of IAM policies that allow actions on resources which they do not name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from gpu_cluster_policies.resources.policy_document import Statement, matches_all
from gpu_cluster_policies.rule import Violation

Actions = Mapping[str, tuple[str, Sequence[str]]]
"""Actions, with the service of their resources and names that only a pattern for all resources matches."""


def unnamed(
    statement: Statement, actions: Actions, expected: Callable[[Sequence[str]], str]
) -> Iterator[Violation]:
    """Wildcard resources of a statement that allows these actions.

    `expected`: description of the resources to name, by the actions that a wildcard applies to.
    """
    excepted = statement.field.at("NotResource")
    if actions and excepted.value is not None:
        yield Violation(excepted, f"Resource, with {expected([*actions])}")
    for resource in statement.resources:
        wide = [it for it, names in actions.items() if matches_all(resource.text, *names)]
        if wide:
            yield Violation(resource, expected(wide))


def allowed(statement: Statement, actions: Actions) -> Actions:
    """Actions of the mapping that a statement includes."""
    return {action: names for action, names in actions.items() if statement.may(action)}
