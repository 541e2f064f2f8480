"""The rules as Pulumi's engine runs them: one policy for each, before anything is created."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from policies.field import UNKNOWN
from policies.finding import Level
from policies.inventory import Inventory
from policies.pack import Pack, pack_of
from policies.rule import Rule
from policies.rules import all_rules
from policies.settings import policy_settings
from policies.subject import Resource

_STACK_TYPE = "pulumi:pulumi:Stack"


def serve() -> None:
    """Answer the engine until it hangs up."""
    rules = all_rules(policy_settings().registries)
    PolicyPack("gpu-cluster", [*(policy for rule in rules for policy in _policies(rule)), _waivers()])


def _policies(rule: Rule) -> Iterator[Policy]:
    """A policy's level is fixed before it knows its stack: a rule for production is two, of which one stays silent."""
    match rule.level:
        case Level.MANDATORY:
            yield _policy(rule, rule.id, EnforcementLevel.MANDATORY)
        case Level.ADVISORY:
            yield _policy(rule, rule.id, EnforcementLevel.ADVISORY)
        case Level.PRODUCTION:
            yield _policy(rule, rule.id, EnforcementLevel.MANDATORY)
            yield _policy(rule, f"{rule.id}-outside-production", EnforcementLevel.ADVISORY)
