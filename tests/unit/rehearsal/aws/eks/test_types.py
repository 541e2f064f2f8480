"""The types of EKS as the provider has them: what replaces them, and what a preview knows."""

from typing import Any

import pytest

from rehearsal.aws.provider import Provider, ProviderError
from rehearsal.aws.wire import UNKNOWN
from tests.unit.rehearsal.aws.eks.ground import Ground, fresh

CLUSTER, GROUP = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"

GIVEN: dict[str, Any] = {
    "version": "1.35",
    "instanceTypes": ["g6.4xlarge"],
    "launchTemplate": {"id": "lt-1", "version": "1"},
    "labels": {"a": "1"},
}


@pytest.mark.parametrize(
    ("change", "replaces"),
    [
        ({"instanceTypes": ["g6.8xlarge"]}, True),
        ({"subnetIds": ["subnet-2"]}, True),
        ({"amiType": "AL2023_x86_64_NVIDIA"}, True),
        ({"capacityType": "SPOT"}, True),
        ({"diskSize": 100}, True),
        ({"launchTemplate": {"id": "lt-2", "version": "1"}}, True),
        ({"launchTemplate": {"id": "lt-1", "version": "2"}}, False),
        ({"releaseVersion": "1.35.6-20260714"}, False),
        ({"version": "1.36"}, False),
        ({"labels": {"a": "2"}}, False),
        ({"scalingConfig": {"minSize": 1}}, False),
    ],
)
def test_what_makes_a_new_node_group(ground: Ground, change: dict[str, Any], replaces: bool) -> None:
    diff = Provider(ground.api, {}).diff(GROUP, GIVEN, GIVEN | change)

    assert diff.changed == dict.fromkeys(change, replaces)


@pytest.mark.parametrize(
    ("old", "new", "replaces"),
    [
        ({"version": "1.35"}, {"version": "1.36"}, False),
        ({"deletionProtection": True}, {"deletionProtection": False}, False),
        ({}, {"encryptionConfig": {"provider": {"keyArn": "a"}, "resources": ["secrets"]}}, False),
        ({"encryptionConfig": {"provider": {"keyArn": "a"}, "resources": ["secrets"]}}, {}, True),
        (
            {"kubernetesNetworkConfig": {"ipFamily": "ipv4"}},
            {"kubernetesNetworkConfig": {"ipFamily": "ipv6"}},
            True,
        ),
        ({"vpcConfig": {"subnetIds": ["a"]}}, {"vpcConfig": {"subnetIds": ["b"]}}, False),
        ({"roleArn": "a"}, {"roleArn": "b"}, True),
        ({"name": "a"}, {"name": "b"}, True),
    ],
)
def test_what_makes_a_new_cluster(
    ground: Ground, old: dict[str, Any], new: dict[str, Any], replaces: bool
) -> None:
    diff = Provider(ground.api, {}).diff(CLUSTER, old, new)

    assert set(diff.changed.values()) == {replaces}


def test_a_preview_does_not_know_the_group_that_eks_will_make(ground: Ground) -> None:
    inputs = {"name": fresh("cluster"), "roleArn": ground.control, "vpcConfig": {"subnetIds": ground.subnets}}
    provider = Provider(ground.api, {})

    before = provider.preview_create(CLUSTER, inputs)
    assert before["vpcConfig"]["clusterSecurityGroupId"] == UNKNOWN

    _, state = provider.create(CLUSTER, inputs)
    group = state["vpcConfig"]["clusterSecurityGroupId"]
    assert group.startswith("sg-")
    later = provider.preview_update(CLUSTER, state, inputs, inputs | {"deletionProtection": True})
    assert later["vpcConfig"]["clusterSecurityGroupId"] == group


def test_another_size_of_disk_is_another_version_of_the_template(ground: Ground) -> None:
    provider = Provider(ground.api, {})

    def inputs(size: int) -> dict[str, Any]:
        disk = {"deviceName": "/dev/xvda", "ebs": {"volumeSize": size, "encrypted": "true"}}
        return {"name": "disks", "blockDeviceMappings": [disk], "updateDefaultVersion": True}

    old, new = inputs(100), inputs(200)
    id, state = provider.create(TEMPLATE, old)
    assert (state["latestVersion"], state["defaultVersion"]) == (1, 1)
    assert provider.read(TEMPLATE, id, state, old) == (state, old)

    assert provider.preview_update(TEMPLATE, state, old, new)["latestVersion"] == UNKNOWN
    assert provider.preview_update(TEMPLATE, state, old, old | {"tags": {"a": "b"}})["latestVersion"] == 1
    state = provider.update(TEMPLATE, id, state, old, new)

    assert (state["latestVersion"], state["defaultVersion"]) == (2, 2)
    assert state["blockDeviceMappings"][0]["ebs"]["volumeSize"] == 200


def test_a_template_stays_while_a_node_group_needs_it(ground: Ground) -> None:
    provider, template = Provider(ground.api, {}), ground.template()
    group = ground.node_group(ground.cluster()["name"], launchTemplate=template)

    with pytest.raises(ProviderError, match=f"used by node group {group['nodegroupName']}"):
        provider.delete(TEMPLATE, template["id"], {})
