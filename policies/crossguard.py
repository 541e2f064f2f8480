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

from policies.foreseen import Foreseen, foreseen_inputs, foreseen_outputs
from policies.inventory import Inventory
from policies.pack import Pack, pack_of
from policies.rule import Level, Rule
from policies.rules import all_rules
from policies.settings import policy_settings
from policies.subject import Resource
from policies.terms import Terms
from policies.waivers import own_waivers


def serve() -> None:
    """Answer the engine until it hangs up. `PolicyFileError` at once where a file of the pack is wrong."""
    PolicyPack("gpu-cluster", policies())


def policies() -> list[Policy]:
    """One for each rule and level, and one for the waivers."""
    rules = all_rules(Terms("", policy_settings()))
    own_waivers(frozenset(rule.id for rule in rules))
    inputs: _Inputs = {}
    of_resources = (rule for rule in rules if not rule.of_operations)
    return [*(policy for rule in of_resources for policy in _policies(rule, inputs)), _waivers(inputs)]


_Inputs = dict[str, Mapping[str, Any]]
"""What the program asked for, by URN. The engine shows it to rules about one resource only; when it has the
whole stack, it shows what came out, where before an update whatever the program left open is unknown."""


def _policies(rule: Rule, inputs: _Inputs) -> Iterator[Policy]:
    """A policy has a level before it has a stack: a production rule is two, of which one stays silent."""
    match rule.level:
        case Level.MANDATORY:
            yield _policy(rule, rule.id, EnforcementLevel.MANDATORY, inputs)
        case Level.ADVISORY:
            yield _policy(rule, rule.id, EnforcementLevel.ADVISORY, inputs)
        case Level.PRODUCTION:
            yield _policy(rule, rule.id, EnforcementLevel.MANDATORY, inputs)
            yield _policy(rule, f"{rule.id}-outside-production", EnforcementLevel.ADVISORY, inputs)


def _policy(rule: Rule, name: str, level: EnforcementLevel, inputs: _Inputs) -> Policy:
    heeded = _Heeded(rule, level is EnforcementLevel.MANDATORY, inputs)
    if rule.whole_stack:
        return StackValidationPolicy(name, rule.title, heeded.in_stack, level)
    return ResourceValidationPolicy(name, rule.title, heeded.in_resource, level)


@dataclass(frozen=True)
class _Heeded:
    """A rule in the stacks where it stops updates, or in those where it does not."""

    rule: Rule
    stops: bool
    inputs: _Inputs

    def in_resource(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        self.inputs[args.urn] = args.props
        if not self.rule.judges(_kind(args, args.props)):
            return
        pack = pack_of(_stack_of(args.urn))
        if rule := self._in(pack):
            for finding in pack.findings(rule, _asked_for(args), Inventory()):
                report(str(finding), args.urn)

    def in_stack(self, args: StackValidationArgs, report: ReportViolation) -> None:
        pack = _pack_of(args)
        if not (rule := self._in(pack)):
            return
        resources = [_made(resource, self.inputs) for resource in args.resources]
        inventory = Inventory(resources)
        for registered, resource in zip(args.resources, resources, strict=True):
            if not rule.judges(resource.kind):
                continue
            for finding in pack.findings(rule, resource, inventory):
                report(str(finding), registered.urn)

    def _in(self, pack: Pack) -> Rule | None:
        """The rule with the stack's own settings, where it is this strict there."""
        rule = pack.rules[self.rule.id]
        return rule if pack.stops(rule) == self.stops else None


def _waivers(inputs: _Inputs) -> Policy:
    def in_stack(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = [_made(resource, inputs) for resource in args.resources]
        for problem in _pack_of(args).check(resources).stale:
            report(str(problem), None)

    title = "Waivers have not expired, and are needed"
    return StackValidationPolicy("waivers", title, in_stack, EnforcementLevel.MANDATORY)


def _pack_of(args: StackValidationArgs) -> Pack:
    return pack_of(_stack_of(args.resources[0].urn))


def _stack_of(urn: str) -> str:
    """`prod` of `urn:pulumi:prod::gpu-cluster::…`: the engine tells a Python pack nowhere else."""
    return urn.partition("::")[0].removeprefix("urn:pulumi:")


def _asked_for(args: ResourceValidationArgs) -> Resource:
    """A resource before it is made."""
    asked = _Properties(args.props, foreseen_inputs(args.urn))
    return Resource(_kind(args, asked), asked, args.name, urn=args.urn, protected=args.opts.protect)


def _made(registered: PolicyResource, inputs: _Inputs) -> Resource:
    """A resource of the whole stack: what was asked for, what came out, and what it was made of."""
    urn = registered.urn
    asked = _Properties(inputs.get(urn, registered.props), foreseen_inputs(urn))
    made = _Properties(registered.props, foreseen_outputs(urn))
    made_of = {
        key: [origin.urn for origin in origins] for key, origins in registered.property_dependencies.items()
    }
    return Resource(
        _kind(registered, asked), asked, registered.name, made, urn, made_of, registered.opts.protect
    )


def _kind(registered: ResourceValidationArgs | PolicyResource, props: Mapping[str, Any]) -> str:
    """The Kubernetes kind, or the Pulumi type of what is no Kubernetes object."""
    if not registered.resource_type.startswith("kubernetes:"):
        return registered.resource_type
    kind = props.get("kind")
    return kind if isinstance(kind, str) else registered.resource_type


class _Properties(Mapping[str, Any]):
    """Properties as rules read them: only when they do, and unknown ones as they are foreseen."""

    def __init__(self, given: Mapping[str, Any], foreseen: Foreseen) -> None:
        self._given, self._foreseen = given, foreseen

    def __getitem__(self, key: str) -> Any:
        return _read(self._given, key, self._foreseen)

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


class _Items(Sequence[Any]):
    """As `_Properties`, for a list."""

    def __init__(self, given: Sequence[Any], foreseen: Foreseen) -> None:
        self._given, self._foreseen = given, foreseen

    def __getitem__(self, index: Any) -> Any:
        return _read(self._given, index, self._foreseen)

    def __len__(self) -> int:
        return len(self._given)


def _read(given: Any, key: Any, foreseen: Foreseen) -> Any:
    try:
        value = given[key]
    except UnknownValueError:
        return foreseen.at(key).value
    match value:
        case Mapping():
            return _Properties(cast(Mapping[str, Any], value), foreseen.at(key))
        case str():
            return value
        case Sequence():
            return _Items(cast(Sequence[Any], value), foreseen.at(key))
        case _:
            return value
