"""Guardrails: only where there is a bill, and what a framework demands."""

from collections.abc import Iterator

from components.config.stack import Stack
from components.stackfile.checks.region import KEY, on_aws, unknown_region
from components.stackfile.problem import Mistake

_OF_AWS = ("budget", "compliance", "tags", "protect")


def guardrails(stack: Stack) -> Iterator[Mistake]:
    if not on_aws(stack):
        for section in _OF_AWS:
            if section in stack.model_fields_set:
                yield Mistake((section,), f"only with provider eks, got {stack.cluster.provider}")
        return
    yield from _residency(stack)


def _residency(stack: Stack) -> Iterator[Mistake]:
    """Data stays where it may be: the platform and every copy."""
    allowed = stack.compliance.data_residency
    for name in sorted(allowed):
        if problem := unknown_region(name):
            yield Mistake(("compliance", "dataResidency"), problem)
    if allowed and stack.region and stack.region not in allowed:
        yield Mistake((KEY,), f"data may only be in {', '.join(sorted(allowed))}, got '{stack.region}'")
