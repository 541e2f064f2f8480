"""Authorization of a caller's request against the current state of the account."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from gpu_cluster_tools.rehearsal.aws.iam import account_state, principals
from gpu_cluster_tools.rehearsal.aws.iam.documents import Policy, parse
from gpu_cluster_tools.rehearsal.aws.iam.evaluation import (
    ALLOWED,
    AccessRequest,
    Caller,
    Decision,
    Policies,
    decide,
    wording,
)
from gpu_cluster_tools.rehearsal.aws.iam.matching import Context
from gpu_cluster_tools.rehearsal.aws.iam.required_permissions import RequiredPermission

_GATED = ("kms",)
"""Services whose resources' policies have to allow or delegate."""


def call_of(caller: Caller, need: RequiredPermission, region: str) -> AccessRequest:
    """The call with every condition key that it fills."""
    return AccessRequest(
        caller, need.action, need.resource, {**_context(caller, need, region), **need.context}
    )


def decision_on(call: AccessRequest) -> Decision:
    """`PolicyError` where the policies of the account are not understood."""
    if _is_granted(call):
        return ALLOWED
    own = principals.policies_of(call.caller)
    text = account_state.resource_policy(call.resource)
    gated = call.action.partition(":")[0] in _GATED and text is not None
    policy = parse(text) if text else None
    return decide(call, Policies(own.identity, own.boundary, own.session, _bounded(policy), gated))


def refusal(caller: Caller, need: RequiredPermission, region: str) -> str | None:
    """Reason why a call is denied, in AWS's wording; None if it is allowed."""
    call = call_of(caller, need, region)
    decision = decision_on(call)
    return None if decision.allowed else wording(call, decision)


def _context(caller: Caller, need: RequiredPermission, region: str) -> dict[str, tuple[str, ...]]:
    now = datetime.now(UTC)
    context: dict[str, tuple[str, ...]] = {
        "aws:currenttime": (now.isoformat(timespec="seconds"),),
        "aws:epochtime": (str(int(time.time())),),
        "aws:principalisawsservice": (str(caller.is_service).lower(),),
        "aws:requestedregion": (region,),
        "aws:securetransport": ("true",),  # AWS is reached by TLS alone
        "aws:sourceip": ("203.0.113.10",),  # from an address of documentation
        "aws:viaawsservice": (str("kms:viaservice" in need.context).lower(),),
        "s3:tlsversion": ("1.3",),
    }
    if caller.account:
        name = caller.arn.rpartition("/")[2]
        kind = "User" if ":user/" in caller.arn else "Account" if caller.is_root else "AssumedRole"
        context |= {
            "aws:principalaccount": (caller.account,),
            "aws:principalarn": (caller.arn,),
            "aws:principaltype": (kind,),
            "aws:userid": (name,),
            "kms:calleraccount": (caller.account,),
        }
        if kind == "User":
            context["aws:username"] = (name,)
        context |= _tags("aws:principaltag", principals.tags_of(caller))
    return context | _resource_context(need.resource)


def _resource_context(arn: str) -> dict[str, tuple[str, ...]]:
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return {}
    context: dict[str, tuple[str, ...]] = {"aws:resourceaccount": (parts[4],)} if parts[4] else {}
    tags = account_state.tags_of(arn)
    context |= _tags("aws:resourcetag", tags)
    context |= _tags(f"{parts[2]}:resourcetag", tags)
    if parts[2] == "kms" and (key := account_state.key_of(arn)):
        context["kms:resourcealiases"] = tuple(key.aliases)
    return context


def _tags(key: str, tags: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {f"{key}/{name.lower()}": (value,) for name, value in tags.items()}


def _is_granted(call: AccessRequest) -> bool:
    """True if a grant of the key allows it. Source: KMS developer guide, "Grants in AWS KMS", 2026-11-28."""
    if not call.action.startswith("kms:"):
        return False
    key = account_state.key_of(call.resource) if call.resource.startswith("arn:") else None
    operation = call.action.partition(":")[2]
    return any(
        grant.grantee_principal in (call.caller.arn, call.caller.session)
        and operation in grant.operations
        and _fits(grant.constraints or {}, call.context)
        for grant in (key.grants.values() if key else ())
    )


def _fits(constraints: Mapping[str, Mapping[str, str]], context: Context) -> bool:
    """True if the encryption context satisfies a grant's constraints."""
    given = {
        key.removeprefix("kms:encryptioncontext:"): values[0]
        for key, values in context.items()
        if key.startswith("kms:encryptioncontext:")
    }
    subset = _lower(constraints.get("EncryptionContextSubset", {}))
    equal = _lower(constraints.get("EncryptionContextEquals", {}))
    return subset.items() <= given.items() and (not equal or equal == given)


def _lower(pairs: Mapping[str, str]) -> dict[str, str]:
    return {key.lower(): value for key, value in pairs.items()}


def _bounded(policy: Policy | None) -> Policy | None:
    """Resource policy without statements that lack a principal, which resource policies require."""
    if policy is None:
        return None
    named = (it for it in policy.statements if it.principals is not None or it.not_principals is not None)
    return Policy(tuple(named), policy.variables)
