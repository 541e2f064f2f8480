"""Decisions of published examples, and for every kind of policy."""

import json
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.iam.documents import Policy, PolicyError, parse
from gpu_cluster_tools.rehearsal.aws.iam.evaluation import AccessRequest, Caller, Policies, decide, wording

ACCOUNT = "111122223333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234"


def user(name: str) -> Caller:
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return Caller(arn, arn)


def role(name: str) -> Caller:
    return Caller(f"arn:aws:iam::{ACCOUNT}:role/{name}", f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/it")


def policy(*statements: dict[str, Any]) -> Policy:
    return parse(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def allowed(call: AccessRequest, **policies: Any) -> bool:
    return decide(call, Policies(**policies)).allowed


BUCKETS = "arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar"
CARLOS = policy(
    allow(["s3:GetBucketLocation", "s3:ListAllMyBuckets"], "arn:aws:s3:::*"),
    allow("s3:*", [f"{BUCKETS}/*", BUCKETS]),
    deny("s3:*", "arn:aws:s3:::*log*"),
)
LOGS = policy(
    allow("s3:*", ["arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar-logs/*"], Principal={"AWS": ROOT}),
    allow("s3:ListBucket", f"{BUCKETS}-logs", Principal={"AWS": user("carlossalazar").arn}),
)


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("s3:ListAllMyBuckets", "arn:aws:s3:::*", True),
        ("s3:PutObject", f"{BUCKETS}/report.pdf", True),
        ("s3:PutObject", f"{BUCKETS}-logs/report.pdf", False),
        ("s3:ListBucket", f"{BUCKETS}-logs", False),
        ("s3:PutObject", "arn:aws:s3:::amzn-s3-demo-bucket-other/report.pdf", False),
    ],
)
def test_published_example_of_identity_and_resource_policies_is_matched(
    action: str, resource: str, expected: bool
) -> None:
    """User carlossalazar of reference_policies_evaluation-logic_policy-eval-basics.html, 2026-11-28."""
    call = AccessRequest(user("carlossalazar"), action, resource)
    assert allowed(call, identity=(CARLOS,), resource=LOGS) is expected


def test_denial_of_the_published_example_has_the_published_message() -> None:
    call = AccessRequest(user("carlossalazar"), "s3:PutObject", f"{BUCKETS}-logs/a")
    decision = decide(call, Policies(identity=(CARLOS,), resource=LOGS))
    assert wording(call, decision) == (
        f"User: arn:aws:iam::{ACCOUNT}:user/carlossalazar is not authorized to perform: s3:PutObject on "
        f"resource: {BUCKETS}-logs/a with an explicit deny in an identity-based policy"
    )


def test_denial_names_the_session_of_the_role() -> None:
    call = AccessRequest(role("deploy"), "eks:CreateCluster", "arn:aws:eks:eu-west-1:1:cluster/a")
    assert wording(call, decide(call, Policies())) == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/deploy/it is not authorized to perform: "
        "eks:CreateCluster on resource: arn:aws:eks:eu-west-1:1:cluster/a because no identity-based "
        "policy allows the eks:CreateCluster action"
    )


def test_identity_policy_or_resource_policy_is_sufficient() -> None:
    call = AccessRequest(role("reader"), "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:1:q")
    given = policy(allow("sqs:*", Principal={"AWS": role("reader").arn}))
    assert allowed(call, identity=(policy(allow("sqs:*")),))
    assert allowed(call, resource=given)
    assert not allowed(call, resource=policy(allow("sqs:*", Principal={"AWS": role("other").arn})))


def test_resource_policy_for_the_account_requires_an_identity_policy() -> None:
    call = AccessRequest(role("reader"), "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:1:q")
    given = policy(allow("sqs:*", Principal={"AWS": ROOT}))
    assert not allowed(call, resource=given)
    assert allowed(call, resource=given, identity=(policy(allow("sqs:Receive*")),))


def test_boundary_limits_grants_to_the_role_but_not_to_its_session() -> None:
    call = AccessRequest(role("reader"), "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:1:q")
    boundary = policy(allow("ec2:*"))
    assert not allowed(call, identity=(policy(allow("*")),), boundary=boundary)
    of_role = policy(allow("sqs:*", Principal={"AWS": role("reader").arn}))
    of_session = policy(allow("sqs:*", Principal={"AWS": role("reader").session}))
    assert not allowed(call, resource=of_role, boundary=boundary)
    assert allowed(call, resource=of_session, boundary=boundary)


def test_denial_names_boundary_or_session_policy() -> None:
    call = AccessRequest(role("reader"), "sqs:ReceiveMessage", "*")
    everything, nothing = policy(allow("*")), policy(allow("ec2:*"))
    by_boundary = decide(call, Policies((everything,), boundary=nothing))
    assert by_boundary.reason == "because no permissions boundary allows the sqs:ReceiveMessage action"
    by_session = decide(call, Policies((everything,), session=(nothing,)))
    assert by_session.reason == "because no session policy allows the sqs:ReceiveMessage action"
    denied = decide(call, Policies((everything,), boundary=policy(allow("*"), deny("sqs:*"))))
    assert denied.reason == "with an explicit deny in a permissions boundary"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"NotAction": "iam:*", "Resource": "*"}, True),
        ({"NotAction": ["ec2:*", "iam:*"], "Resource": "*"}, False),
        ({"Action": "EC2:createvpc", "Resource": "*"}, True),
        ({"Action": "ec2:Create?pc", "Resource": "*"}, True),
        ({"Action": "ec2:Create", "Resource": "*"}, False),
        ({"Action": "*", "NotResource": "arn:aws:ec2:*:*:vpc/*"}, False),
        ({"Action": "*", "NotResource": "arn:aws:ec2:*:*:subnet/*"}, True),
        ({"Action": "*", "Resource": "arn:aws:ec2:eu-west-1:1:vpc/*"}, True),
        ({"Action": "*", "Resource": "arn:aws:ec2:eu-west-2:1:vpc/*"}, False),
        ({"Action": "*", "Resource": "arn:aws:ec2:*:*:vpc/${aws:PrincipalTag/vpc}"}, True),
        ({"Action": "*", "Resource": "arn:aws:ec2:*:*:vpc/${aws:PrincipalTag/other}"}, False),
    ],
)
def test_actions_and_resources_match_as_documented(statement: dict[str, Any], expected: bool) -> None:
    context = {"aws:principaltag/vpc": ("vpc-1",)}
    call = AccessRequest(role("net"), "ec2:CreateVpc", "arn:aws:ec2:eu-west-1:1:vpc/vpc-1", context)
    assert allowed(call, identity=(policy({"Effect": "Allow", **statement}),)) is expected


def test_variables_are_literal_text_in_policy_version_2008() -> None:
    statement = allow("ec2:*", "arn:aws:ec2:*:*:vpc/${aws:PrincipalTag/vpc}")
    old = parse(json.dumps({"Version": "2008-10-17", "Statement": statement}))
    call = AccessRequest(
        role("net"), "ec2:CreateVpc", "arn:aws:ec2:a:1:vpc/vpc-1", {"aws:principaltag/vpc": ("vpc-1",)}
    )
    assert not allowed(call, identity=(old,))


def test_key_access_requires_the_key_policy() -> None:
    call = AccessRequest(role("reader"), "kms:Decrypt", KEY)
    everything = (policy(allow("*")),)
    other = policy(allow("kms:*", Principal={"AWS": role("other").arn}))
    root = policy(allow("kms:*", Principal={"AWS": ROOT}))
    assert not allowed(call, identity=everything, resource=other, resource_alone=True)
    assert allowed(call, identity=everything, resource=root, resource_alone=True)
    assert not allowed(call, resource=root, resource_alone=True)


def test_key_policy_alone_allows_a_named_principal() -> None:
    own = policy(allow("kms:Decrypt", Principal={"AWS": role("reader").arn}))
    assert allowed(AccessRequest(role("reader"), "kms:Decrypt", KEY), resource=own, resource_alone=True)


def test_resource_policy_alone_allows_a_service() -> None:
    logs = Caller("logs.eu-west-1.amazonaws.com", "logs.eu-west-1.amazonaws.com")
    own = policy(allow("kms:Encrypt", Principal={"Service": "logs.eu-west-1.amazonaws.com"}))
    assert allowed(AccessRequest(logs, "kms:Encrypt", KEY), resource=own, resource_alone=True)
    assert not allowed(AccessRequest(logs, "kms:Decrypt", KEY), resource=own, resource_alone=True)
    assert not allowed(AccessRequest(logs, "kms:Encrypt", KEY), identity=(policy(allow("*")),))


def test_denied_grant_names_the_condition_for_aws_resources() -> None:
    condition = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    key = policy(
        allow("kms:CreateGrant", Principal={"AWS": ROOT}, Condition=condition, Sid="GrantToResources")
    )
    call = AccessRequest(role("deploy"), "kms:CreateGrant", KEY, {"kms:grantisforawsresource": ("false",)})
    everything = (policy(allow("*")),)
    decision = decide(call, Policies(everything, resource=key, resource_alone=True))
    assert decision.reason == "because no resource-based policy allows the kms:CreateGrant action"
    assert decision.hints == (
        "statement GrantToResources of a resource-based policy allows it under Bool "
        "kms:GrantIsForAWSResource true, and the call has false",
    )
    for_aws = AccessRequest(role("deploy"), "kms:CreateGrant", KEY, {"kms:grantisforawsresource": ("true",)})
    assert allowed(for_aws, identity=everything, resource=key, resource_alone=True)


def test_root_user_is_allowed_unless_denied() -> None:
    root = Caller(ROOT, ROOT)
    assert allowed(AccessRequest(root, "ec2:CreateVpc", "*"))
    bucket = policy(deny("s3:*", Principal="*"))
    assert not allowed(AccessRequest(root, "s3:PutObject", f"{BUCKETS}/a"), resource=bucket)


def test_deny_with_not_principal_spares_the_named_role() -> None:
    bucket = policy(
        {"Effect": "Deny", "NotPrincipal": {"AWS": role("in").arn}, "Action": "*", "Resource": "*"}
    )
    everything = (policy(allow("*")),)
    assert allowed(AccessRequest(role("in"), "s3:PutObject", "*"), identity=everything, resource=bucket)
    assert not allowed(AccessRequest(role("out"), "s3:PutObject", "*"), identity=everything, resource=bucket)


def test_unsupported_condition_key_is_an_error_if_the_decision_depends_on_it() -> None:
    call = AccessRequest(role("net"), "ec2:CreateVpc", "*")
    unclear = allow("ec2:*", Condition={"StringEquals": {"ec2:InstanceMarketType": "spot"}}, Sid="Odd")
    with pytest.raises(
        PolicyError, match="condition key ec2:InstanceMarketType of statement Odd is not under"
    ):
        allowed(call, identity=(policy(unclear),))
    assert allowed(call, identity=(policy(unclear), policy(allow("ec2:CreateVpc"))))
    assert allowed(call, identity=(policy(unclear, allow("ec2:CreateVpc")),))
    assert not allowed(AccessRequest(role("net"), "s3:PutObject", "*"), identity=(policy(unclear),))


def test_unsupported_deny_condition_is_always_an_error() -> None:
    call = AccessRequest(role("net"), "ec2:CreateVpc", "*")
    unclear = deny("ec2:*", Condition={"StringEquals": {"ec2:InstanceMarketType": "spot"}})
    with pytest.raises(PolicyError, match="ec2:InstanceMarketType"):
        allowed(call, identity=(policy(allow("*"), unclear),))
