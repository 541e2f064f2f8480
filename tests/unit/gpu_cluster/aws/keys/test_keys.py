import json
from typing import Any

import pytest

from gpu_cluster.aws.keys import Keys, KeyUsage
from gpu_cluster.plan import Graph, Registered
from tests.unit.graph import graph_of

ROOT = {"AWS": "arn:aws:iam::123456789012:root"}
USE = {"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"}


HERE, THERE = "eu-central-1", "eu-west-1"


def keys(*, copies: str | None = THERE, protect: bool = True) -> Graph:
    return graph_of(lambda: Keys("k", account="123456789012", region=HERE, copies=copies, protect=protect))


def key(purpose: KeyUsage, graph: Graph) -> Registered:
    [found] = [it for it in graph.of("kms:key:Key") if it.name == f"k-{purpose}"]
    return found


def statements(purpose: KeyUsage, *, copies: str | None = THERE) -> dict[str, dict[str, Any]]:
    return {it["Sid"]: it for it in json.loads(key(purpose, keys(copies=copies))["policy"])["Statement"]}


@pytest.mark.parametrize("purpose", KeyUsage)
def test_every_key_usage_has_a_rotating_key_and_an_alias(purpose: KeyUsage) -> None:
    graph = keys()
    assert key(purpose, graph)["enableKeyRotation"] is True
    [alias] = [it for it in graph.of("Alias") if it.name == f"k-{purpose}-alias"]
    assert alias["targetKeyId"] == f"k-{purpose}-id"


@pytest.mark.parametrize("purpose", KeyUsage)
def test_key_administration_by_the_account_excludes_use(purpose: KeyUsage) -> None:
    administer = statements(purpose)["Administer"]
    assert administer["Principal"] == ROOT
    assert {"kms:PutKeyPolicy", "kms:Put*"} & set(administer["Action"])
    assert not USE & set(administer["Action"])
    assert not any(action in ("kms:*", "kms:Create*", "kms:CreateGrant") for action in administer["Action"])


@pytest.mark.parametrize(
    ("purpose", "services"),
    [
        (KeyUsage.VOLUMES, {"ec2"}),
        (KeyUsage.DATA, {"backup", "elasticfilesystem", "fsx", "s3"}),
        (KeyUsage.REGISTRY, {"ecr"}),
    ],
)
def test_key_is_used_only_through_its_services(purpose: KeyUsage, services: set[str]) -> None:
    for sid in ("UseThroughServices", "GrantToResources"):
        statement = statements(purpose, copies=None)[sid]
        via = statement["Condition"]["StringEquals"]["kms:ViaService"]
        assert statement["Principal"] == ROOT
        assert set(via) == {f"{service}.{HERE}.amazonaws.com" for service in services}


@pytest.mark.parametrize(
    ("purpose", "services"),
    [
        (KeyUsage.VOLUMES, {"ec2"}),
        (KeyUsage.DATA, {"backup", "fsx"}),
        (KeyUsage.COPIES, {"backup", "ec2", "fsx"}),
        (KeyUsage.REGISTRY, set[str]()),
    ],
)
def test_key_is_used_in_the_copy_region_only_by_copying_services(
    purpose: KeyUsage, services: set[str]
) -> None:
    for sid in ("UseThroughServices", "GrantToResources"):
        via = statements(purpose)[sid]["Condition"]["StringEquals"]["kms:ViaService"]
        there = {service for service in via if service.endswith(f".{THERE}.amazonaws.com")}
        assert there == {f"{service}.{THERE}.amazonaws.com" for service in services}


def test_only_the_copies_key_and_its_alias_are_in_the_copy_region() -> None:
    graph = keys()

    of_copies = {it.name: it.inputs.get("region") for it in graph.of("kms:key:Key") + graph.of("Alias")}

    assert {name: region for name, region in of_copies.items() if region} == {
        "k-copies": THERE,
        "k-copies-alias": THERE,
    }


def test_no_copies_key_without_copies() -> None:
    names = {it.name for it in keys(copies=None).of("kms:key:Key")}

    assert names == {f"k-{purpose}" for purpose in KeyUsage if purpose is not KeyUsage.COPIES}


@pytest.mark.parametrize("purpose", [it for it in KeyUsage if it is not KeyUsage.CLUSTER])
def test_grants_are_limited_to_aws_resources(purpose: KeyUsage) -> None:
    grants = [it for it in statements(purpose).values() if "kms:CreateGrant" in it["Action"]]
    assert all(it["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"} for it in grants)


def test_account_creates_grants_on_the_cluster_key_unconditionally() -> None:
    """EKS requires it of the creator of a cluster: enable-kms in its user guide."""
    allowed = [
        it
        for it in statements(KeyUsage.CLUSTER).values()
        if it["Principal"] == ROOT and "Condition" not in it
    ]
    actions: set[str] = set()
    for it in allowed:
        actions.update([it["Action"]] if isinstance(it["Action"], str) else it["Action"])
    assert {"kms:CreateGrant", "kms:DescribeKey"} <= actions


@pytest.mark.parametrize("purpose", KeyUsage)
def test_retire_grant_is_allowed_only_on_keys_of_ecr_and_backup(purpose: KeyUsage) -> None:
    [use] = [it for it in statements(purpose).values() if it["Sid"].startswith(("Use", "Encrypt"))][:1]
    retires = "kms:RetireGrant" in use["Action"]
    assert retires == (purpose in (KeyUsage.DATA, KeyUsage.REGISTRY, KeyUsage.COPIES))


@pytest.mark.parametrize("purpose", KeyUsage)
def test_wildcard_principals_are_limited_to_the_account(purpose: KeyUsage) -> None:
    for statement in statements(purpose).values():
        if statement["Principal"] == {"AWS": "*"}:
            assert statement["Condition"]["StringEquals"]["kms:CallerAccount"] == "123456789012"


def test_logs_key_encrypts_only_log_groups_of_the_account() -> None:
    logs = statements(KeyUsage.LOGS)["EncryptLogGroups"]
    assert logs["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    assert logs["Condition"]["ArnLike"] == {
        "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-central-1:123456789012:log-group:*"
    }


def test_volumes_key_is_granted_to_autoscaling_and_spot_roles() -> None:
    roles = "arn:aws:iam::123456789012:role/aws-service-role"
    for sid in ("UseForNodes", "GrantForNodes"):
        who = statements(KeyUsage.VOLUMES)[sid]["Condition"]["StringEquals"]["aws:PrincipalArn"]
        assert who == [
            f"{roles}/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
            f"{roles}/spot.amazonaws.com/AWSServiceRoleForEC2Spot",
        ]


def test_data_key_is_usable_by_fsx_for_linked_buckets() -> None:
    lustre = statements(KeyUsage.DATA)["UseForLinkedBuckets"]["Condition"]
    assert lustre["ArnLike"]["aws:PrincipalArn"].endswith("/AWSServiceRoleForFSxS3Access_*")
    assert lustre["StringEquals"]["kms:ViaService"] == "s3.eu-central-1.amazonaws.com"


@pytest.mark.parametrize(("protect", "days"), [(True, 30), (False, 7)])
def test_key_protection_and_deletion_window_follow_the_stack(protect: bool, days: int) -> None:
    for found in keys(protect=protect).of("kms:key:Key"):
        assert (found.protected, found.retained) == (protect, protect)
        assert found["deletionWindowInDays"] == days
