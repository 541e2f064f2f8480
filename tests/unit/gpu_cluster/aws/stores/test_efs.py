import json

import pytest

from tests.unit.gpu_cluster.aws.stores.made import DATA_KEY, NODES, SUBNETS, made

HOME = {"home": {"kind": "efs", "default": True}}


def test_efs_is_encrypted_with_the_data_key() -> None:
    files = made(HOME).only("efs:fileSystem:FileSystem")

    assert files["encrypted"] is True
    assert files["kmsKeyId"] == DATA_KEY


def test_efs_has_a_mount_target_in_every_zone() -> None:
    targets = made(HOME).of("MountTarget")

    assert {target["subnetId"] for target in targets} == set(SUBNETS.values())


def test_efs_accepts_only_nfs_from_nodes() -> None:
    graph = made(HOME)
    group, [rule] = graph.only("SecurityGroup"), graph.of("SecurityGroupIngressRule")

    assert rule["securityGroupId"] == f"{group.name}-id"
    assert rule["referencedSecurityGroupId"] == NODES
    assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 2049, 2049)
    assert not graph.of("SecurityGroupEgressRule")
    assert "ingress" not in group.inputs


def test_efs_policy_requires_tls_before_mount_targets_exist() -> None:
    graph = made(HOME)
    policy = graph.only("FileSystemPolicy")
    mount, refuse = json.loads(policy["policy"])["Statement"]

    assert mount["Condition"] == {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    assert "elasticfilesystem:ClientRootAccess" not in mount["Action"]
    assert (refuse["Effect"], refuse["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert all(graph.waits_for(target, policy) for target in graph.of("MountTarget"))


@pytest.mark.parametrize(("days", "rule"), [(1, "AFTER_1_DAY"), (90, "AFTER_90_DAYS")])
def test_efs_lifecycle_moves_unread_files_to_infrequent_access(days: int, rule: str) -> None:
    files = made({"home": {"kind": "efs", "cool_after_days": days}}).only("efs:fileSystem:FileSystem")

    assert files["lifecyclePolicies"] == [
        {"transitionToIa": rule},
        {"transitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
    ]


@pytest.mark.parametrize("protect", [True, False])
def test_efs_protection_follows_the_stack(protect: bool) -> None:
    files = made(HOME, protect=protect).only("efs:fileSystem:FileSystem")

    assert (files.protected, files.retained) == (protect, protect)


def test_policy_of_a_protected_efs_is_protected() -> None:
    assert made(HOME).only("FileSystemPolicy").protected
