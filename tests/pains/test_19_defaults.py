"""Unsafe defaults: slow unencrypted disks, nodes that stay broken, roles for any pod."""

from gpu_cluster.plan import Graph


def test_disks_are_gp3_and_encrypted_with_a_key_of_the_platform(graph: Graph) -> None:
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


def test_pods_cannot_get_the_role_of_their_node(graph: Graph) -> None:
    for template in graph.of("LaunchTemplate"):
        options = template["metadataOptions"]
        assert options == {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1}


def test_broken_nodes_are_repaired(graph: Graph) -> None:
    groups = graph.of("nodeGroup:NodeGroup")
    assert groups
    assert [it.name for it in groups if not it["nodeRepairConfig"]["enabled"]] == []


def test_failing_gpu_memory_replaces_the_node(graph: Graph) -> None:
    for it in graph.of("nodeGroup:NodeGroup"):
        overrides = it["nodeRepairConfig"].get("nodeRepairConfigOverrides", [])
        actions = {each["nodeUnhealthyReason"]: each["repairAction"] for each in overrides}
        assert not actions or actions["NvidiaXID63Error"] == "Replace"


def test_kubernetes_secrets_are_encrypted_and_the_endpoint_is_not_public(graph: Graph) -> None:
    cluster = graph.only("cluster:Cluster")
    assert cluster["encryptionConfig.resources"] == ["secrets"]
    assert "0.0.0.0/0" not in cluster["vpcConfig"].get("publicAccessCidrs", [])
    assert cluster["accessConfig.authenticationMode"] == "API"
    assert cluster["accessConfig.bootstrapClusterCreatorAdminPermissions"] is False
