"""Limits of AWS services, and requests that exceed them."""

import base64
import doctest
import json
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.catalog.limits import (
    LIMIT_SOURCES,
    LIMITS,
    NAME_LIMITS,
    inline_policies_problem,
    label_problem,
    policy_characters,
    request_problems,
)
from gpu_cluster.catalog.limits.requests import NAMES
from tests.unit.gpu_cluster.catalog.service_models import account_summary, longest, vpc_quotas

MODELLED = {
    "access-point-path": ("efs", "CreateAccessPoint", "RootDirectory.Path"),
    "ecr-lifecycle-policy": ("ecr", "PutLifecyclePolicy", "lifecyclePolicyText"),
    "ecr-repository-policy": ("ecr", "SetRepositoryPolicy", "policyText"),
    "efs-policy": ("efs", "PutFileSystemPolicy", "Policy"),
    "node-group-label-key": ("eks", "CreateNodegroup", "labels.key"),
    "node-group-label-value": ("eks", "CreateNodegroup", "labels.value"),
    "node-group-taint-key": ("eks", "CreateNodegroup", "taints.0.key"),
    "tags": ("eks", "CreateNodegroup", "tags"),
}


@pytest.mark.parametrize("limit", MODELLED)
def test_limit_matches_the_aws_service_model(limit: str) -> None:
    assert LIMITS[limit].most == longest(*MODELLED[limit])


SIZES = {
    "iam-inline-policies": "RolePolicySizeQuota",
    "iam-managed-policy": "PolicySizeQuota",
    "iam-trust-policy": "AssumeRolePolicySizeQuota",
}


@pytest.mark.parametrize("limit", SIZES)
def test_iam_size_limit_matches_get_account_summary(limit: str) -> None:
    assert LIMITS[limit].most == account_summary()[SIZES[limit]]


CODES = {"security-group-rules": "L-0EA8095F", "vpc-cidrs": "L-83CA0A9D"}


@pytest.mark.parametrize("limit", CODES)
def test_vpc_quota_matches_service_quotas(limit: str) -> None:
    assert LIMITS[limit].most == vpc_quotas()[CODES[limit]]


def test_every_limit_has_a_source() -> None:
    assert {it.source for it in LIMITS.values()} == LIMIT_SOURCES.keys()
    assert all(LIMITS[key].source in ("model", "provider", "tags") for key in MODELLED)


def test_limit_problem_states_the_actual_and_the_allowed_number() -> None:
    assert LIMITS["node-group-taints"].problem(50) is None
    assert LIMITS["node-group-taints"].problem(51) == "a managed node group has 51 taints, EKS takes 50"
    assert LIMITS["security-group-rules"].problem(61) == (
        "a security group has 61 rules in one direction, EC2 takes 60 unless AWS raised the quota"
    )


def test_policy_length_excludes_white_space() -> None:
    document = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    assert policy_characters(json.dumps(document, indent=4)) == len(
        json.dumps(document, separators=(",", ":"))
    )


def test_inline_policies_of_a_role_share_one_limit() -> None:
    assert inline_policies_problem("x" * 5120, "x" * 5120) is None
    assert inline_policies_problem("x" * 5120, "x" * 5121) == (
        "a role has 10241 characters of inline policies, IAM takes 10240"
    )


@pytest.mark.parametrize(
    "key",
    ["team", "example.com/team", "nvidia.com/gpu.product", "k8s.example.com/x", "mykubernetes.io/x"],
)
def test_node_labels_outside_reserved_domains_are_accepted(key: str) -> None:
    assert label_problem(key, "vision") is None


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("node-role.kubernetes.io/gpu", "", "labels of node-role.kubernetes.io/ keep nodes"),
        ("node-restriction.kubernetes.io/x", "y", "labels of node-restriction.kubernetes.io/ keep nodes"),
        ("kubernetes.io/x", "y", "labels of kubernetes.io/ keep nodes"),
        ("app.k8s.io/x", "y", "labels of app.k8s.io/ keep nodes"),
        ("eks.amazonaws.com/x", "y", "labels of eks.amazonaws.com/ are set by EKS"),
        ("team", "", "EKS takes no empty value of a label"),
        (f"example.com/{'x' * 52}", "y", "the key of a label has 64 characters, EKS takes 63"),
    ],
)
def test_reserved_or_invalid_node_group_label_is_rejected(key: str, value: str, problem: str) -> None:
    assert (label_problem(key, value) or "").startswith(problem)


TAINTS = [{"key": f"team-{number}", "effect": "NO_SCHEDULE"} for number in range(51)]
RULES = [{"IpProtocol": "tcp", "IpRanges": [{"CidrIp": f"10.0.{n}.0/24"}]} for n in range(60)]
GROUP = {"IpProtocol": "tcp", "UserIdGroupPairs": [{"GroupId": "sg-1"}]}
SIXTH = {"IpProtocol": "tcp", "Ipv6Ranges": [{"CidrIpv6": "fd00::/8"}]}


@pytest.mark.parametrize(
    ("request_", "existing", "problem"),
    [
        (("eks", "CreateNodegroup", {"taints": TAINTS}), [], "a managed node group has 51 taints"),
        (
            ("eks", "UpdateNodegroupConfig", {"taints": {"addOrUpdateTaints": TAINTS[:1]}}),
            TAINTS[1:],
            "a managed node group has 51 taints",
        ),
        (
            ("eks", "CreateNodegroup", {"labels": {"k8s.io/team": "vision"}}),
            [],
            "labels of k8s.io/ keep nodes",
        ),
        (
            ("eks", "CreateCluster", {"resourcesVpcConfig": {"publicAccessCidrs": ["203.0.113.1/32"] * 41}}),
            [],
            "the endpoint of a cluster has 41 public networks",
        ),
        (
            ("ec2", "AuthorizeSecurityGroupIngress", {"IpPermissions": [GROUP]}),
            RULES,
            "a security group has 61 rules in one direction",
        ),
        (
            ("ec2", "AssociateVpcCidrBlock", {"CidrBlock": "10.9.0.0/16"}),
            ["…"] * 5,
            "a VPC has 6 IPv4 ranges",
        ),
        (
            (
                "ec2",
                "CreateLaunchTemplate",
                {"LaunchTemplateData": {"UserData": base64.b64encode(b"x" * 16385).decode()}},
            ),
            [],
            "the user data of an instance has 16385 bytes",
        ),
        (
            ("ec2", "CreateLaunchTemplate", {"LaunchTemplateData": {"UserData": "#!/bin/sh"}}),
            [],
            "the user data of an instance is not Base64",
        ),
        (
            ("efs", "CreateAccessPoint", {"RootDirectory": {"Path": "/" + "x" * 100}}),
            [],
            "the path of an access point has 101 characters",
        ),
        (
            ("efs", "CreateMountTarget", {"SubnetId": "subnet-1", "AvailabilityZoneName": "eu-central-1a"}),
            ["eu-central-1a"],
            "the file system has a mount target in eu-central-1a",
        ),
        (
            ("iam", "CreatePolicy", {"PolicyDocument": "x" * 6145}),
            [],
            "a managed policy has 6145 characters, IAM takes 6144",
        ),
        (
            ("iam", "PutRolePolicy", {"PolicyDocument": "x"}),
            ["x" * 10240],
            "a role has 10241 characters of inline policies",
        ),
        (
            ("iam", "CreateRole", {"AssumeRolePolicyDocument": "x" * 2049}),
            [],
            "the trust policy of a role has 2049 characters",
        ),
        (("kms", "PutKeyPolicy", {"Policy": "x" * 32769}), [], "the policy of a key has 32769 bytes"),
        (
            ("iam", "CreateRole", {"RoleName": "r" * 65}),
            [],
            f"RoleName {'r' * 65} has 65 characters, iam takes 64",
        ),
        (
            ("backup", "CreateBackupPlan", {"BackupPlan": {"BackupPlanName": "p" * 51}}),
            [],
            f"BackupPlan.BackupPlanName {'p' * 51} has 51 characters, backup takes 50",
        ),
        (
            ("kms", "CreateKey", {"Tags": [{"TagKey": str(n), "TagValue": ""} for n in range(51)]}),
            [],
            "a resource has 51 tags",
        ),
        (("eks", "CreateNodegroup", {"tags": {str(n): "" for n in range(51)}}), [], "a resource has 51 tags"),
        (
            (
                "ec2",
                "CreateLaunchTemplate",
                {"LaunchTemplateData": {"NetworkInterfaces": [{"Groups": ["sg-1"] * 6}]}},
            ),
            [],
            "a network interface has 6 security groups",
        ),
        (("s3", "PutBucketPolicy", {"Policy": "x" * 20481}), [], "the policy of a bucket has 20481 bytes"),
        (
            ("sqs", "SetQueueAttributes", {"Attributes": {"Policy": "x" * 8193}}),
            [],
            "the policy of a queue has 8193 bytes",
        ),
        (
            ("ecr", "SetRepositoryPolicy", {"policyText": "x" * 10241}),
            [],
            "the policy of a repository has 10241 characters",
        ),
    ],
)
def test_request_beyond_a_limit_has_one_problem(
    request_: tuple[str, str, dict[str, Any]], existing: list[Any], problem: str
) -> None:
    [said] = request_problems(*request_, existing)
    assert said.words.startswith(problem)


def test_ipv4_and_ipv6_rules_are_counted_separately() -> None:
    assert request_problems("ec2", "AuthorizeSecurityGroupIngress", {"IpPermissions": [SIXTH]}, RULES) == []
    assert request_problems("ec2", "AuthorizeSecurityGroupIngress", {"IpPermissions": []}, RULES) == []


def test_request_within_limits_has_no_problem() -> None:
    assert request_problems("ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16"}) == []
    assert request_problems("eks", "CreateNodegroup", {}) == []
    assert request_problems("iam", "CreateRole", {"AssumeRolePolicyDocument": "{}"}) == []


def test_examples_in_the_limits_guide_pass_doctest() -> None:
    result = doctest.testfile(str(Path(__file__).parents[4] / "docs" / "limits.md"), module_relative=False)
    assert result.attempted >= 2
    assert result.failed == 0


@pytest.mark.parametrize(("service", "operation"), NAMES)
def test_name_parameter_of_a_request_is_checked(service: str, operation: str) -> None:
    parameter, resource_type = NAMES[service, operation]
    most = longest(service, operation, parameter)
    assert most in (0, NAME_LIMITS[resource_type].most)
    named: Any = "n" * (NAME_LIMITS[resource_type].most + 1)
    for step in reversed(parameter.split(".")):
        named = {step: named}
    [problem] = request_problems(service, operation, named)
    assert (problem.limit, problem.words[: len(parameter) + 4]) == ("name", f"{parameter} nnn")
