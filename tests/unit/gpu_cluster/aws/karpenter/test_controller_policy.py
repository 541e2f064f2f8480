import json
from typing import Any

import pytest

from gpu_cluster.aws.karpenter.controller_policy import controller_policy

LONGEST = 10_240
"""Characters of all inline policies of a role, without spaces (IAM user guide, quotas, 2026-11-21)."""

OF_THE_CLUSTER = "/kubernetes.io/cluster/ml-1a2b3c4"


@pytest.fixture(scope="module")
def document() -> str:
    return controller_policy(
        cluster="ml-1a2b3c4",
        account="123456789012",
        region="eu-central-1",
        queue="arn:aws:sqs:eu-central-1:123456789012:queue",
        node_role="arn:aws:iam::123456789012:role/nodes",
        key="arn:aws:kms:eu-central-1:123456789012:key/volumes",
    )


def statements(document: str, *prefixes: str) -> list[dict[str, Any]]:
    return [
        statement
        for statement in json.loads(document)["Statement"]
        if any(action.startswith(prefixes) for action in statement["Action"])
    ]


def test_policy_fits_the_inline_policy_limit_of_a_role(document: str) -> None:
    assert len(document.replace(" ", "")) < LONGEST


def test_delete_and_terminate_require_the_tag_of_the_cluster(document: str) -> None:
    [ending] = statements(document, "ec2:Terminate", "ec2:Delete")
    assert ending["Condition"] == {"StringEquals": {f"aws:ResourceTag{OF_THE_CLUSTER}": "owned"}}


def test_created_resources_require_the_tag_of_the_cluster(document: str) -> None:
    for making in statements(document, "ec2:CreateLaunchTemplate", "ec2:RunInstances"):
        of_its_own = any(":instance/" in resource for resource in making["Resource"])
        asked = making.get("Condition", {}).get("StringEquals", {})
        assert (asked.get(f"aws:RequestTag{OF_THE_CLUSTER}") == "owned") == of_its_own


def test_pass_role_is_limited_to_the_node_role(document: str) -> None:
    [lending] = statements(document, "iam:PassRole")
    assert lending["Resource"] == "arn:aws:iam::123456789012:role/nodes"
    assert lending["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}


def test_only_read_actions_are_allowed_on_all_resources(document: str) -> None:
    everywhere = [s for s in json.loads(document)["Statement"] if s["Resource"] == "*"]
    actions = [action for statement in everywhere for action in statement["Action"]]
    assert all(action.startswith(("ec2:Describe", "iam:List", "pricing:Get")) for action in actions)


def test_instance_profiles_of_any_name_can_be_listed_and_read(document: str) -> None:
    [listing] = statements(document, "iam:ListInstanceProfiles")
    [reading] = statements(document, "iam:GetInstanceProfile")
    assert listing["Resource"] == "*"
    assert reading["Resource"] == "arn:aws:iam::123456789012:instance-profile/*"


def test_actions_match_the_karpenter_reference(document: str) -> None:
    """karpenter.sh/v1.13/reference/cloudformation without creation of instance profiles; KMS is added."""
    reference = {
        "ec2:CreateFleet",
        "ec2:CreateLaunchTemplate",
        "ec2:CreateTags",
        "ec2:DeleteLaunchTemplate",
        "ec2:DescribeCapacityReservations",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstanceTypeOfferings",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeInstances",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribePlacementGroups",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSpotPriceHistory",
        "ec2:DescribeSubnets",
        "ec2:RunInstances",
        "ec2:TerminateInstances",
        "eks:DescribeCluster",
        "iam:GetInstanceProfile",
        "iam:ListInstanceProfiles",
        "iam:PassRole",
        "pricing:GetProducts",
        "sqs:DeleteMessage",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
        "ssm:GetParameter",
    }
    granted = {action for each in json.loads(document)["Statement"] for action in each["Action"]}
    assert {action for action in granted if not action.startswith("kms:")} == reference


def test_spot_service_linked_role_is_creatable_only_with_spot_pools() -> None:
    names = {key: f"arn:aws:iam::123456789012:{key}/x" for key in ("queue", "node_role", "key")}
    with_spot, without = (
        controller_policy(cluster="ml", account="123456789012", region="eu-central-1", spot=spot, **names)
        for spot in (True, False)
    )
    [made] = statements(with_spot, "iam:CreateServiceLinkedRole")
    assert made["Resource"].endswith(":role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot")
    assert made["Condition"] == {"StringEquals": {"iam:AWSServiceName": "spot.amazonaws.com"}}
    assert statements(without, "iam:CreateServiceLinkedRole") == []
