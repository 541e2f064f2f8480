"""Defaults that nobody would choose: slow disks in the clear, nodes that stay broken, roles for any pod."""

import pytest

from tests.pains.platforms import ON_AWS, platform


@pytest.mark.parametrize("name", ON_AWS)
def test_disks_are_gp3_and_encrypted_with_a_key_of_the_platform(name: str) -> None:
    graph = platform(name)
    for template in graph.of("LaunchTemplate"):
        for device in template["blockDeviceMappings"]:
            assert device["ebs"]["volumeType"] == "gp3"
            assert device["ebs"]["encrypted"] == "true"
            assert device["ebs"]["kmsKeyId"] == "arn:aws:test:::platform-keys-volumes"
    disks = [it["parameters"] for it in graph.of("StorageClass") if it["provisioner"] == "ebs.csi.aws.com"]
    assert disks
    for disk in disks:
        assert (disk["type"], disk["encrypted"]) == ("gp3", "true")
        assert disk["kmsKeyId"] == "arn:aws:test:::platform-keys-volumes"


@pytest.mark.parametrize("name", ON_AWS)
def test_no_pod_gets_the_role_of_its_node(name: str) -> None:
    for template in platform(name).of("LaunchTemplate"):
        options = template["metadataOptions"]
        assert options == {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1}


@pytest.mark.parametrize("name", ON_AWS)
def test_broken_nodes_are_repaired(name: str) -> None:
    groups = platform(name).of("nodeGroup:NodeGroup")
    assert groups
    assert [it.name for it in groups if not it["nodeRepairConfig"]["enabled"]] == []


@pytest.mark.parametrize("name", ON_AWS)
def test_secrets_of_kubernetes_are_encrypted_and_the_world_stays_out(name: str) -> None:
    cluster = platform(name).only("cluster:Cluster")
    assert cluster["encryptionConfig.resources"] == ["secrets"]
    assert "0.0.0.0/0" not in cluster["vpcConfig"].get("publicAccessCidrs", [])
    assert cluster["accessConfig.authenticationMode"] == "API"
    assert cluster["accessConfig.bootstrapClusterCreatorAdminPermissions"] is False
