"""The rules as Pulumi's engine runs them: one policy for each, before anything is created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from policies.inventory import Inventory
from policies.pack import Pack, pack_of
from policies.rule import Level, Rule
from policies.rules import all_rules
from policies.settings import policy_settings
from policies.subject import Resource
from policies.waivers import own_waivers


def serve() -> None:
    """Answer the engine until it hangs up. `PolicyFileError` at once where a file of the pack is wrong."""
    PolicyPack("gpu-cluster", policies())


def policies() -> list[Policy]:
    """One for each rule and level, and one for the waivers."""
    rules = all_rules(policy_settings().registries)
    own_waivers(frozenset(rule.id for rule in rules))
    return [*(policy for rule in rules for policy in _policies(rule)), _waivers()]


def _policies(rule: Rule) -> Iterator[Policy]:
    """A policy has a level before it has a stack: a production rule is two, of which one stays silent."""
    match rule.level:
        case Level.MANDATORY:
            yield _policy(rule, rule.id, EnforcementLevel.MANDATORY)
        case Level.ADVISORY:
            yield _policy(rule, rule.id, EnforcementLevel.ADVISORY)
        case Level.PRODUCTION:
            yield _policy(rule, rule.id, EnforcementLevel.MANDATORY)
            yield _policy(rule, f"{rule.id}-outside-production", EnforcementLevel.ADVISORY)


def _policy(rule: Rule, name: str, level: EnforcementLevel) -> Policy:
    heeded = _Heeded(rule, stops=level is EnforcementLevel.MANDATORY)
    if rule.whole_stack:
        return StackValidationPolicy(name, rule.title, heeded.in_stack, level)
    return ResourceValidationPolicy(name, rule.title, heeded.in_resource, level)


@dataclass(frozen=True)
class _Heeded:
    """A rule in the stacks where it stops updates, or in those where it does not."""

    rule: Rule
    stops: bool

    def in_resource(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        pack = pack_of(_stack_of(args.urn))
        if rule := self._in(pack):
            for finding in pack.findings(rule, _resource(args), Inventory()):
                report(str(finding), args.urn)

    def in_stack(self, args: StackValidationArgs, report: ReportViolation) -> None:
        pack = _pack_of(args)
        if not (rule := self._in(pack)):
            return
        resources = [_resource(resource) for resource in args.resources]
        inventory = Inventory(resources)
        for registered, resource in zip(args.resources, resources, strict=True):
            for finding in pack.findings(rule, resource, inventory):
                report(str(finding), registered.urn)

    def _in(self, pack: Pack) -> Rule | None:
        """The rule with the stack's own settings, where it is this strict there."""
        rule = pack.rules[self.rule.id]
        return rule if pack.stops(rule) == self.stops else None


def _waivers() -> Policy:
    def in_stack(args: StackValidationArgs, report: ReportViolation) -> None:
        for problem in _pack_of(args).check(map(_resource, args.resources)).stale:
            report(str(problem), None)

    title = "Waivers have not expired, and are needed"
    return StackValidationPolicy("waivers", title, in_stack, EnforcementLevel.MANDATORY)


def _pack_of(args: StackValidationArgs) -> Pack:
    return pack_of(_stack_of(args.resources[0].urn))


def _stack_of(urn: str) -> str:
    """`prod` of `urn:pulumi:prod::gpu-cluster::…`: the engine tells a Python pack nowhere else."""
    return urn.partition("::")[0].removeprefix("urn:pulumi:")


def _resource(registered: ResourceValidationArgs | PolicyResource) -> Resource:
    properties = _Properties(registered.props)
    kind = properties.get("kind") if registered.resource_type.startswith("kubernetes:") else None
    return Resource(kind if isinstance(kind, str) else registered.resource_type, properties, registered.name)


class _Properties(Mapping[str, Any]):
    """Properties as rules read them: only when they do, and unknown ones as such."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def __getitem__(self, key: str) -> Any:
        return _read(self._given, key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


class _Items(Sequence[Any]):
    """As `_Properties`, for a list."""

    def __init__(self, given: Sequence[Any]) -> None:
        self._given = given

    def __getitem__(self, index: Any) -> Any:
        return _read(self._given, index)

    def __len__(self) -> int:
        return len(self._given)


def _read(given: Any, key: Any) -> Any:
    try:
        value = given[key]
    except UnknownValueError:
        return UNKNOWN
    match value:
        case Mapping():
            return _Properties(cast(Mapping[str, Any], value))
        case str():
            return value
        case Sequence():
            return _Items(cast(Sequence[Any], value))
        case _:
            return value
