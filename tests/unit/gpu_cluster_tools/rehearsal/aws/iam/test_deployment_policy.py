"""The policy of a rehearsal allows every call that was made, and each of its actions is required."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_cluster_tools.rehearsal import policy_files
from gpu_cluster_tools.rehearsal.aws.iam.call_log import RecordedCall
from gpu_cluster_tools.rehearsal.aws.iam.deployment_policy import MANAGED_POLICY, documents_for, pattern_of
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from tests.rehearsal.deployment_policies import actions_of, allows, without

DEPLOYER = "arn:aws:iam::123456789012:role/deploy"
ROLE = "arn:aws:iam::123456789012:role/platform-cluster-role-1a2b3c4"


def call(action: str, resource: str = "*", **context: str) -> RecordedCall:
    given = {key.replace("__", ":").lower(): (value,) for key, value in context.items()}
    return RecordedCall(DEPLOYER, action, resource, given)


CALLS = [
    call("ec2:DescribeVpcs"),
    call("ec2:CreateVpc", "arn:aws:ec2:eu-central-1:123456789012:vpc/*"),
    call("ec2:DeleteVpc", "arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-0123456789abcdef0"),
    call("iam:CreateRole", ROLE),
    call("iam:PassRole", ROLE, iam__PassedToService="eks.amazonaws.com"),
    call("kms:CreateGrant", "arn:aws:kms:eu-central-1:123456789012:key/6f1b5b52-1c1f-4a8e-9d1b-0a1b2c3d4e5f"),
    call(
        "iam:CreateServiceLinkedRole",
        "arn:aws:iam::123456789012:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS",
        iam__AWSServiceName="eks.amazonaws.com",
    ),
]


@pytest.mark.parametrize(
    ("arn", "pattern"),
    [
        ("*", "*"),
        ("arn:aws:ec2:a:1:vpc/*", "arn:aws:ec2:a:1:vpc/*"),
        ("arn:aws:ec2:a:1:subnet/subnet-0a1b2c3d4e5f60718", "arn:aws:ec2:a:1:subnet/*"),
        ("arn:aws:iam::1:role/platform-cluster-role-1a2b3c4", "arn:aws:iam::1:role/platform-cluster-role-*"),
        ("arn:aws:s3:::platform-weights-1a2b3c4/models/a", "arn:aws:s3:::platform-weights-*/*"),
        (
            "arn:aws:eks:a:1:nodegroup/platform-cluster-1a2b3c4/platform-system-5d6e7f8/*",
            "arn:aws:eks:a:1:nodegroup/platform-cluster-*/platform-system-*/*",
        ),
        ("arn:aws:kms:a:1:key/6f1b5b52-1c1f-4a8e-9d1b-0a1b2c3d4e5f", "arn:aws:kms:a:1:key/*"),
        (
            "arn:aws:logs:a:1:log-group:/aws/eks/platform-cluster-1a2b3c4/cluster",
            "arn:aws:logs:a:1:log-group:/aws/eks/platform-cluster-*/cluster",
        ),
        ("arn:aws:secretsmanager:a:1:secret:ecr-pullthroughcache/hub-x7Kd2p",
         "arn:aws:secretsmanager:a:1:secret:ecr-pullthroughcache/hub-*"),
        ("arn:aws:fsx:a:1:file-system/fs-0123456789abcdef0", "arn:aws:fsx:a:1:file-system/*"),
        ("arn:aws:fsx:a:1:backup/backup-0123456789abcdef0", "arn:aws:fsx:a:1:backup/*"),
        ("arn:aws:ec2:a::snapshot/snap-0123456789abcdef0", "arn:aws:ec2:a::snapshot/*"),
        ("arn:aws:backup:a:1:recovery-point:6f1b5b52-1c1f-4a8e-9d1b-0a1b2c3d4e5f",
         "arn:aws:backup:a:1:recovery-point:*"),
        ("arn:aws:iam::1:role/deploy", "arn:aws:iam::1:role/deploy"),
        ("arn:aws:iam::1:role/defaced-teamface", "arn:aws:iam::1:role/defaced-teamface"),
    ],
)  # fmt: skip
def test_deployment_specific_parts_of_an_arn_become_wildcards(arn: str, pattern: str) -> None:
    assert pattern_of(arn) == pattern


def test_pass_role_is_limited_to_its_service() -> None:
    [document] = documents_for(CALLS)
    [passing] = [each for each in document["Statement"] if "iam:PassRole" in each["Action"]]
    assert passing == {
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": ["arn:aws:iam::123456789012:role/platform-cluster-role-*"],
        "Condition": {"StringEquals": {"iam:PassedToService": "eks.amazonaws.com"}},
    }


def test_policy_allows_calls_with_other_ids_and_suffixes() -> None:
    documents = documents_for(CALLS)
    assert all(allows(documents, each) for each in CALLS)
    assert allows(documents, call("ec2:DeleteVpc", "arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-0fff"))
    assert allows(documents, call("iam:CreateRole", ROLE.replace("1a2b3c4", "9f8e7d6")))
    assert not allows(documents, call("iam:CreateRole", "arn:aws:iam::123456789012:role/admin"))
    assert not allows(documents, call("ec2:DeleteVpc", "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-0fff"))


def test_removing_one_action_denies_its_calls() -> None:
    documents = documents_for(CALLS)
    assert len(actions_of(documents)) == len({each.action for each in CALLS})
    for action in actions_of(documents):
        less = without(documents, action)
        denied = [each.action for each in CALLS if not allows(less, each)]
        assert set(denied) == {action}


@settings(max_examples=50)
@given(st.integers(1, 400), st.integers(1, 60))
def test_every_document_fits_the_size_of_a_managed_policy(names: int, actions: int) -> None:
    calls = [
        call(f"ec2:Action{action}", f"arn:aws:ec2:eu-central-1:123456789012:thing/name-of-thing-{name}")
        for name in range(names)
        for action in range(actions if name < 2 else 1)
    ]
    documents = documents_for(calls)
    for document in documents:
        assert len(re.sub(r"\s", "", json.dumps(document))) <= MANAGED_POLICY
    assert all(allows(documents, each) for each in calls)


def test_written_policy_files_can_be_read_back(tmp_path: Path) -> None:
    many = [
        call("s3:GetObject", f"arn:aws:s3:::a-bucket-with-a-long-name-{number}/*") for number in range(200)
    ]
    paths = policy_files.write(tmp_path / "policy.json", [*CALLS, *many])
    assert [path.name for path in paths] == ["policy.json", "policy-2.json"]
    texts = policy_files.read(paths)
    documents = [json.loads(text) for text in texts]
    assert all(allows(documents, each) for each in [*CALLS, *many])


def test_more_policies_than_a_role_can_have_is_an_error(tmp_path: Path) -> None:
    many = [call(f"s3:Get{number}", f"arn:aws:s3:::{'b' * 60}{number}/*") for number in range(1000)]
    with pytest.raises(RehearsalError, match="a role has at most 10"):
        policy_files.write(tmp_path / "policy.json", many)


@pytest.mark.parametrize(("text", "words"), [("{", "not JSON"), ("[]", "not a JSON object")])
def test_invalid_policy_file_is_an_error_with_its_name(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "policy.json"
    path.write_text(text)
    with pytest.raises(RehearsalError, match=rf"policy\.json: .*{words}"):
        policy_files.read([path])


def test_all_invalid_policy_files_are_reported(tmp_path: Path) -> None:
    (tmp_path / "bytes.json").write_bytes(b"\xff")
    (tmp_path / "empty.json").touch()
    with pytest.raises(RehearsalError) as error:
        policy_files.read([tmp_path / name for name in ("bytes.json", "empty.json", "none.json", ".")])
    found = [line.rpartition("/")[2].partition(": ")[::2] for line in str(error.value).splitlines()]
    assert found == [
        ("bytes.json", "it is not text"),
        ("empty.json", "policy is not JSON: Expecting value: line 1 column 1 (char 0)"),
        ("none.json", "No such file or directory"),
        (tmp_path.name, "Is a directory"),
    ]
