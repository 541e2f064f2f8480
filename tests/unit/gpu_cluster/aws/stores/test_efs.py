import json

import pytest

from tests.unit.gpu_cluster.aws.stores.made import DATA_KEY, NODES, SUBNETS, made

HOME = {"home": {"kind": "efs", "default": True}}


def test_it_is_encrypted_with_the_key_of_data() -> None:
    files = made(HOME).only("efs:fileSystem:FileSystem")

    assert files["encrypted"] is True
    assert files["kmsKeyId"] == DATA_KEY


def test_every_zone_has_a_mount_target() -> None:
    targets = made(HOME).of("MountTarget")

    assert {target["subnetId"] for target in targets} == set(SUBNETS.values())


def test_only_nodes_reach_it_and_by_nfs() -> None:
    graph = made(HOME)
    group, [rule] = graph.only("SecurityGroup"), graph.of("SecurityGroupIngressRule")

    assert rule["securityGroupId"] == f"{group.name}-id"
    assert rule["referencedSecurityGroupId"] == NODES
    assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 2049, 2049)
    assert not graph.of("SecurityGroupEgressRule")
    assert "ingress" not in group.inputs


def test_it_requires_tls_before_it_can_be_mounted() -> None:
    graph = made(HOME)
    policy = graph.only("FileSystemPolicy")
    mount, refuse = json.loads(policy["policy"])["Statement"]

    assert mount["Condition"] == {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    assert "elasticfilesystem:ClientRootAccess" not in mount["Action"]
    assert (refuse["Effect"], refuse["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert all(graph.waits_for(target, policy) for target in graph.of("MountTarget"))


@pytest.mark.parametrize(("days", "rule"), [(1, "AFTER_1_DAY"), (90, "AFTER_90_DAYS")])
def test_unread_files_move_to_colder_storage_and_return_when_read(days: int, rule: str) -> None:
    files = made({"home": {"kind": "efs", "cool_after_days": days}}).only("efs:fileSystem:FileSystem")

    assert files["lifecyclePolicies"] == [
        {"transitionToIa": rule},
        {"transitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
    ]


@pytest.mark.parametrize("protect", [True, False])
def test_it_stays_as_long_as_the_stack_is_protected(protect: bool) -> None:
    files = made(HOME, protect=protect).only("efs:fileSystem:FileSystem")

    assert (files.protected, files.retained) == (protect, protect)


def test_a_file_system_that_stays_keeps_refusing_plain_text() -> None:
    assert made(HOME).only("FileSystemPolicy").protected
