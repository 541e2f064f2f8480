"""Policies that AWS publishes are understood whole, in moto's copy of them."""

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


def test_every_document_is_read_and_every_operator_is_known() -> None:
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
def test_the_scoped_policy_of_the_ebs_driver_looks_at_tags_of_instances(
    tag: str | None, expected: bool
) -> None:
    """AmazonEBSCSIDriverEKSClusterScopedPolicy, version 2 of 2026-05-28."""
    policy = policy_of(managed()["AmazonEBSCSIDriverEKSClusterScopedPolicy"]["Document"])
    context = CLUSTER | ({f"ec2:resourcetag/{tag}": ("c",)} if tag else {})
    assert (
        decide(AccessRequest(ROLE, "ec2:AttachVolume", INSTANCE, context), Policies((policy,))).allowed
        is expected
    )


def test_an_instance_of_another_cluster_is_refused_with_what_it_has() -> None:
    policy = policy_of(managed()["AmazonEBSCSIDriverEKSClusterScopedPolicy"]["Document"])
    context = CLUSTER | {"ec2:resourcetag/eks:cluster-name": ("other",)}
    decision = decide(AccessRequest(ROLE, "ec2:AttachVolume", INSTANCE, context), Policies((policy,)))
    assert not decision.allowed
    assert any("ec2:ResourceTag/eks:cluster-name" in hint and "other" in hint for hint in decision.hints)
