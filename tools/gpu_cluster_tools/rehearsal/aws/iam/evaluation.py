"""IAM policy evaluation: a pure function of a call and the policies that apply to it.

Sources, read 2026-11-28:
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
(one allow of an identity or a resource policy is enough within an account, an explicit deny overrides it),
reference_policies_evaluation-logic_policy-eval-denyallow.html there (the order; a resource policy that names
a session or a user is not limited by a boundary, one that names the account leaves it to identity policies),
troubleshoot_access-denied.html there (the wording), and
docs.aws.amazon.com/kms/latest/developerguide/key-policies.html (no identity policy counts for a key whose
policy neither allows the call nor leaves it to the account's policies).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from gpu_cluster_tools.rehearsal.aws.iam.condition_keys import require_understood
from gpu_cluster_tools.rehearsal.aws.iam.conditions import hold
from gpu_cluster_tools.rehearsal.aws.iam.documents import Policy, PolicyError, PolicyStatement
from gpu_cluster_tools.rehearsal.aws.iam.matching import Context, matches, matches_action, plain, resolved


@dataclass(frozen=True)
class Caller:
    """Caller of a request."""

    arn: str
    """ARN of a role, a user or the account's root; or a service, such as logs.eu-west-1.amazonaws.com."""

    session: str
    """ARN of the session of a role; else as `arn`."""

    @property
    def account(self) -> str:
        return self.arn.split(":")[4] if self.arn.startswith("arn:") else ""

    @property
    def is_root(self) -> bool:
        return self.arn.endswith(":root")

    @property
    def is_service(self) -> bool:
        return not self.arn.startswith("arn:")


@dataclass(frozen=True)
class AccessRequest:
    """One action on one resource."""

    caller: Caller
    action: str
    """Action, such as ec2:CreateVpc."""

    resource: str
    """An ARN, or `*` where the action knows no resources."""

    context: Context = field(default_factory=dict[str, tuple[str, ...]])


@dataclass(frozen=True)
class Policies:
    """The policies that apply to a call."""

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] = ()
    resource: Policy | None = None
    resource_alone: bool = False
    """True if the resource policy must allow or delegate, as KMS key policies."""


@dataclass(frozen=True)
class Decision:
    allowed: bool
    reason: str = ""
    """Reason in AWS's wording, after `… on resource: ARN`."""

    hints: tuple[str, ...] = ()
    """Statements that would have allowed it under other conditions."""


ALLOWED = Decision(True)


def decide(call: AccessRequest, policies: Policies) -> Decision:
    """`PolicyError` where the decision depends on a part of a policy that is not understood."""
    for policy, words in _denying(policies):
        if _found(policy, call, lambda it: not it.allows, at_once=True):
            return Decision(False, f"with an explicit deny in {words}")
    direct, delegated = _by_resource(call, policies.resource)
    if direct and (direct is not _TO_ROLE or _within(call, policies)):
        return ALLOWED
    if policies.resource_alone and not (direct or delegated):
        return _refused(call, "resource-based policy", [policies.resource])
    if call.caller.is_root and (delegated or not policies.resource_alone):
        return ALLOWED
    if call.caller.is_service:
        return _refused(call, "resource-based policy", [policies.resource])
    if not _allow(policies.identity, call):
        return _refused(call, "identity-based policy", policies.identity)
    if policies.boundary and not _allow([policies.boundary], call):
        return _refused(call, "permissions boundary", [policies.boundary])
    if policies.session and not _allow(policies.session, call):
        return _refused(call, "session policy", policies.session)
    return ALLOWED


def wording(call: AccessRequest, decision: Decision) -> str:
    """The refusal in AWS's words, and the missing permission."""
    words = f"User: {call.caller.session} is not authorized to perform: {call.action}"
    hints = "".join(f"; {hint}" for hint in decision.hints)
    return f"{words} on resource: {call.resource} {decision.reason}{hints}"


_TO_ANY, _TO_ROLE = "any", "role"


def _by_resource(call: AccessRequest, policy: Policy | None) -> tuple[str, bool]:
    """Whether and how a resource policy alone allows the call, and whether it delegates to identity
    policies."""
    if policy is None:
        return "", False
    direct, delegated = "", False
    for statement in _found(policy, call, lambda it: it.allows):
        named = _names(statement.principals or {}, call.caller)
        if named == "account":
            delegated = True
        elif named:
            direct = _TO_ROLE if named == "role" and direct != _TO_ANY else _TO_ANY
    return direct, delegated


def _within(call: AccessRequest, policies: Policies) -> bool:
    """True if permissions boundary and session policies also allow the action."""
    limits = [[policies.boundary]] if policies.boundary else []
    return all(_allow(each, call) for each in (*limits, *([policies.session] if policies.session else [])))


def _denying(policies: Policies) -> Iterable[tuple[Policy, str]]:
    yield from ((each, "an identity-based policy") for each in policies.identity)
    yield from ((each, "a session policy") for each in policies.session)
    if policies.boundary:
        yield policies.boundary, "a permissions boundary"
    if policies.resource:
        yield policies.resource, "a resource-based policy"


def _allow(policies: Iterable[Policy], call: AccessRequest) -> bool:
    """True if one of the policies allows the call. `PolicyError` if only an unsupported statement could."""
    unclear: PolicyError | None = None
    for policy in policies:
        try:
            if _found(policy, call, lambda it: it.allows, at_once=True):
                return True
        except PolicyError as error:
            unclear = unclear or error
    if unclear:
        raise unclear
    return False


def _found(
    policy: Policy, call: AccessRequest, wanted: Callable[[PolicyStatement], bool], *, at_once: bool = False
) -> list[PolicyStatement]:
    """Statements of an effect that apply. One that is not understood counts if no other decides."""
    found: list[PolicyStatement] = []
    unclear: PolicyError | None = None
    for statement in filter(wanted, policy.statements):
        try:
            applies = _concerns(statement, call, policy) and _holds(statement, call, policy)
        except PolicyError as error:
            unclear = unclear or error
            continue
        if applies:
            found.append(statement)
            if at_once:
                return found
    if unclear and not found:
        raise unclear
    return found


def _concerns(statement: PolicyStatement, call: AccessRequest, policy: Policy) -> bool:
    """True if action, resource and principal of a statement match the call."""
    if statement.actions and not any(matches_action(each, call.action) for each in statement.actions):
        return False
    if statement.not_actions and any(matches_action(each, call.action) for each in statement.not_actions):
        return False
    if statement.principals is not None and not _names(statement.principals, call.caller):
        return False
    excepted = statement.not_principals is not None and _names(statement.not_principals, call.caller)
    if excepted and (excepted != "account" or call.caller.is_root):
        return False
    context: Context = call.context if policy.variables else {}
    if statement.resources and not _any_resource(statement.resources, call.resource, context):
        return False
    return not (statement.not_resources and _any_resource(statement.not_resources, call.resource, context))


def _holds(statement: PolicyStatement, call: AccessRequest, policy: Policy) -> bool:
    require_understood(statement)
    return hold(statement.conditions, call.context, variables=policy.variables)


def _any_resource(patterns: Iterable[str], resource: str, context: Context) -> bool:
    texts = (resolved(each, context) if "${" in each else each for each in patterns)
    return any(text is not None and matches(text, resource) for text in texts)


def _names(principals: Mapping[str, tuple[str, ...]], caller: Caller) -> str:
    """How a policy names the caller: any, service, session, role or account; empty for none of them."""
    if caller.is_service:
        listed = principals.get("Service", ())
        return "service" if caller.arn in listed or "*" in listed else ""
    listed = principals.get("AWS", ())
    if "*" in listed:
        return "any"
    if caller.arn in listed and ":role/" in caller.arn:
        return "role"
    if caller.arn in listed or caller.session in listed:
        return "session"
    account = {caller.account, f"arn:aws:iam::{caller.account}:root"}
    return "account" if account & set(listed) else ""


def _refused(call: AccessRequest, kind: str, policies: Iterable[Policy | None]) -> Decision:
    return Decision(
        False,
        f"because no {kind} allows the {call.action} action",
        tuple(hint for policy in policies if policy for hint in _hints(policy, call, kind)),
    )


def _hints(policy: Policy, call: AccessRequest, kind: str) -> Iterable[str]:
    """Statements that match except for their conditions, with the required and the present values."""
    for statement in policy.statements:
        if not statement.allows or not _concerns(statement, call, policy):
            continue
        for operator, tests in statement.conditions.items():
            for key, values in tests.items():
                if not hold({operator: {key: values}}, call.context, variables=policy.variables):
                    given = ", ".join(call.context.get(key.lower(), ())) or "nothing"
                    sid = f"statement {statement.sid}" if statement.sid else "a statement"
                    wanted = (resolved(each, call.context) or each for each in values)
                    asked = f"{operator} {key} {', '.join(map(plain, wanted))}"
                    article = "an" if kind.startswith("i") else "a"
                    yield f"{sid} of {article} {kind} allows it under {asked}, and the call has {given}"
