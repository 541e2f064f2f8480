"""All policies that AWS publishes can be parsed, in moto's copy."""

import json
from functools import cache
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from gpu_cluster_tools.rehearsal.aws.iam.conditions import hold
from gpu_cluster_tools.rehearsal.aws.iam.documents import policy_of
from gpu_cluster_tools.rehearsal.aws.iam.evaluation import AccessRequest, Caller, Policies, decide

ROLE = Caller("arn:aws:iam::1:role/ebs", "arn:aws:sts::1:assumed-role/ebs/it")
INSTANCE = "arn:aws:ec2:eu-west-1:1:instance/i-1"
CLUSTER = {"aws:principaltag/eks-cluster-name": ("c",)}


@cache
def managed() -> dict[str, Any]:
    return json.loads(aws_managed_policies_data)


def test_every_managed_policy_is_parsed_with_known_operators() -> None:
    """1,582 policies of AWS, as moto 5.2.5 has them."""
    for name, given in managed().items():
        for statement in policy_of(given["Document"]).statements:
            hold(statement.conditions, {})
            assert statement.effect in ("Allow", "Deny"), name


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("eks:cluster-name", True),
        ("eks:eks-cluster-name", True),
        ("ebs.csi.aws.com/cluster-name", True),
        ("karpenter.sh/nodepool", False),
        (None, False),
    ],
)
def test_scoped_ebs_driver_policy_checks_instance_tags(tag: str | None, expected: bool) -> None:
    """AmazonEBSCSIDriverEKSClusterScopedPolicy, version 2 of 2026-05-28."""
    policy = policy_of(managed()["AmazonEBSCSIDriverEKSClusterScopedPolicy"]["Document"])
    context = CLUSTER | ({f"ec2:resourcetag/{tag}": ("c",)} if tag else {})
    assert (
        decide(AccessRequest(ROLE, "ec2:AttachVolume", INSTANCE, context), Policies((policy,))).allowed
        is expected
    )


def test_denial_names_the_tag_value_of_another_cluster() -> None:
    policy = policy_of(managed()["AmazonEBSCSIDriverEKSClusterScopedPolicy"]["Document"])
    context = CLUSTER | {"ec2:resourcetag/eks:cluster-name": ("other",)}
    decision = decide(AccessRequest(ROLE, "ec2:AttachVolume", INSTANCE, context), Policies((policy,)))
    assert not decision.allowed
    assert any("ec2:ResourceTag/eks:cluster-name" in hint and "other" in hint for hint in decision.hints)
