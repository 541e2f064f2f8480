"""The rules as Pulumi's engine runs them: one policy for each, before anything is created."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

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

from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.not_judged import NOT_JUDGED
from gpu_cluster_policies.pack import Pack, pack_of
from gpu_cluster_policies.plan_fallback import PlanFallback, planned_inputs, planned_outputs
from gpu_cluster_policies.policy_file import PolicyFileError
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.resource import Resource, kind_of
from gpu_cluster_policies.rule import Level, Rule
from gpu_cluster_policies.rules import all_rules
from gpu_cluster_policies.settings import policy_settings
from gpu_cluster_policies.waivers import project_waivers

_WAIVERS = "waivers"


def main(program: str) -> None:
    """Answer the engine until it hangs up: `main(__file__)` in policies/__main__.py of a project.

    Exits at once, in words, if the settings or waivers of the project are wrong.
    """
    try:
        PolicyPack("gpu-cluster", policies(Path(program).resolve().parents[1]))
    except PolicyFileError as error:
        sys.exit(str(error))


def policies(project: Path) -> list[Policy]:
    """Policies: one for each rule and level, one for the waivers of the project, and one for findings that
    could not be judged."""
    rules = all_rules(EvaluationContext("", policy_settings(project)))
    project_waivers(project, frozenset(rule.id for rule in rules))
    shown = _Shown(project)
    of_resources = (rule for rule in rules if not rule.of_operations)
    judging = [policy for rule in of_resources for policy in _policies(rule, shown)]
    return [*judging, _waivers(shown), _not_judged(shown)]


class _Shown:
    """Resources that the engine has passed so far: first each alone, then all of them to each stack policy.

    The inputs of the program are passed only with the single resource; stack policies get the outputs, in
    which a preview leaves everything unknown that the program did not set.
    """

    def __init__(self, project: Path) -> None:
        self.project = project
        self._inputs: dict[str, Mapping[str, Any]] = {}
        self._stack: _Stack | None = None
        self._asked: set[str] = set()

    def resource(self, args: ResourceValidationArgs) -> None:
        self._inputs[args.urn] = args.props
        self._stack = None

    def stack(self, args: StackValidationArgs, policy: str) -> _Stack:
        """The same for all policies that it is shown to in turn: a policy that asks again sees another."""
        if self._stack is None or policy in self._asked:
            self._stack = _stack_of_all(args, self._inputs, self.project)
            self._asked.clear()
        self._asked.add(policy)
        return self._stack


class _Stack(NamedTuple):
    resources: list[Resource]
    inventory: Inventory


def _policies(rule: Rule, shown: _Shown) -> Iterator[Policy]:
    """A policy has a level before it has a stack: a production rule is two, of which one stays silent."""
    match rule.level:
        case Level.MANDATORY:
            yield _policy(rule, rule.id, EnforcementLevel.MANDATORY, shown)
        case Level.ADVISORY:
            yield _policy(rule, rule.id, EnforcementLevel.ADVISORY, shown)
        case Level.PRODUCTION:
            yield _policy(rule, rule.id, EnforcementLevel.MANDATORY, shown)
            yield _policy(rule, f"{rule.id}-outside-production", EnforcementLevel.ADVISORY, shown)


def _policy(rule: Rule, name: str, level: EnforcementLevel, shown: _Shown) -> Policy:
    heeded = _Heeded(rule, name, level is EnforcementLevel.MANDATORY, shown)
    if rule.whole_stack:
        return StackValidationPolicy(name, rule.title, heeded.in_stack, level)
    return ResourceValidationPolicy(name, rule.title, heeded.in_resource, level)


@dataclass(frozen=True)
class _Heeded:
    """A rule for stacks in which it is mandatory, or for those in which it is advisory."""

    rule: Rule
    policy: str
    stops: bool
    shown: _Shown

    def in_resource(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        self.shown.resource(args)
        if not self.rule.judges(kind_of(args.resource_type, args.props)):
            return
        pack = pack_of(_stack_of(args.urn), self.shown.project)
        if rule := self._in(pack):
            for finding in pack.findings(rule, _asked_for(args, self.shown.project), Inventory()):
                report(str(finding), args.urn)

    def in_stack(self, args: StackValidationArgs, report: ReportViolation) -> None:
        pack = _pack_of(args, self.shown.project)
        if not (rule := self._in(pack)):
            return
        stack = self.shown.stack(args, self.policy)
        for resource in stack.resources:
            if not rule.judges(resource.kind):
                continue
            for finding in pack.findings(rule, resource, stack.inventory):
                report(str(finding), resource.urn)

    def _in(self, pack: Pack) -> Rule | None:
        """The rule with the stack's own settings, where it is this strict there."""
        rule = pack.rules[self.rule.id]
        return rule if pack.stops(rule) == self.stops else None


def _waivers(shown: _Shown) -> Policy:
    def in_stack(args: StackValidationArgs, report: ReportViolation) -> None:
        for problem in _pack_of(args, shown.project).check(shown.stack(args, _WAIVERS).resources).stale:
            report(str(problem), None)

    title = "Waivers have not expired, and are needed"
    return StackValidationPolicy(_WAIVERS, title, in_stack, EnforcementLevel.MANDATORY)


def _not_judged(shown: _Shown) -> Policy:
    def in_stack(args: StackValidationArgs, report: ReportViolation) -> None:
        pack = _pack_of(args, shown.project)
        stack = shown.stack(args, NOT_JUDGED)
        for resource in stack.resources:
            for unseen in pack.not_judged(resource, stack.inventory):
                report(unseen.brief, resource.urn)

    title = "Rules look at everything that is applied"
    return StackValidationPolicy(NOT_JUDGED, title, in_stack, EnforcementLevel.ADVISORY)


def _pack_of(args: StackValidationArgs, project: Path) -> Pack:
    return pack_of(_stack_of(args.resources[0].urn), project)


def _stack_of(urn: str) -> str:
    """`prod` of `urn:pulumi:prod::gpu-cluster::…`: the engine tells a Python pack nowhere else."""
    return urn.partition("::")[0].removeprefix("urn:pulumi:")


def _asked_for(args: ResourceValidationArgs, project: Path) -> Resource:
    """A resource before it is made."""
    asked = _Properties(args.props, planned_inputs(args.urn, project))
    return Resource(
        kind_of(args.resource_type, asked), asked, args.name, urn=args.urn, protected=args.opts.protect
    )


def _stack_of_all(
    args: StackValidationArgs, inputs: Mapping[str, Mapping[str, Any]], project: Path
) -> _Stack:
    resources = [_made(registered, inputs, project) for registered in args.resources]
    return _Stack(resources, Inventory(resources))


def _made(registered: PolicyResource, inputs: Mapping[str, Mapping[str, Any]], project: Path) -> Resource:
    """A resource of the whole stack: its inputs, its outputs, and the resources that its inputs come from."""
    urn = registered.urn
    asked = _Properties(inputs.get(urn, registered.props), planned_inputs(urn, project))
    made = _Properties(registered.props, planned_outputs(urn, project))
    made_of = {
        key: [origin.urn for origin in origins] for key, origins in registered.property_dependencies.items()
    }
    return Resource(
        kind_of(registered.resource_type, asked),
        asked,
        registered.name,
        made,
        urn,
        made_of,
        registered.opts.protect,
    )


class _Properties(Mapping[str, Any]):
    """Properties for rules, evaluated lazily, with planned values for unknown ones."""

    def __init__(self, given: Mapping[str, Any], fallback: PlanFallback) -> None:
        self._given, self._foreseen = given, fallback

    def __getitem__(self, key: str) -> Any:
        return _read(self._given, key, self._foreseen)

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


class _Items(Sequence[Any]):
    """Same as `_Properties`, for a list."""

    def __init__(self, given: Sequence[Any], fallback: PlanFallback) -> None:
        self._given, self._foreseen = given, fallback

    def __getitem__(self, index: Any) -> Any:
        return _read(self._given, index, self._foreseen)

    def __len__(self) -> int:
        return len(self._given)


def _read(given: Any, key: Any, fallback: PlanFallback) -> Any:
    try:
        value = given[key]
    except UnknownValueError:
        return fallback.at(key).value
    match value:
        case Mapping():
            return _Properties(cast(Mapping[str, Any], value), fallback.at(key))
        case str():
            return value
        case Sequence():
            return _Items(cast(Sequence[Any], value), fallback.at(key))
        case _:
            return value
