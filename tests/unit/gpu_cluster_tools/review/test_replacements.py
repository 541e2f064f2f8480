from typing import Any

import pytest

from gpu_cluster_tools.review import aws_types
from gpu_cluster_tools.review.replacements import replacement_paths, updated_outputs

PRIVATE: dict[str, Any] = {"subnetIds": ["subnet-1"], "endpointPublicAccess": False}
CLUSTER: dict[str, Any] = {"version": "1.35", "vpcConfig": PRIVATE}
PUBLIC: dict[str, Any] = {"vpcConfig": PRIVATE | {"endpointPublicAccess": True}}
SECRETS: dict[str, Any] = {"encryptionConfig": {"provider": {"keyArn": "a"}}}
GROUP: dict[str, Any] = {"instanceTypes": ["p5.48xlarge"], "scalingConfig": {"minSize": 1, "maxSize": 2}}
SPEC: dict[str, Any] = {"replicas": 2, "selector": {"matchLabels": {"app": "chat"}}}
DEPLOYMENT: dict[str, Any] = {"metadata": {"name": "chat", "namespace": "serving"}, "spec": SPEC}
CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"


@pytest.mark.parametrize(
    ("type", "old", "change", "because"),
    [
        ("aws:ec2/subnet:Subnet", {"cidrBlock": "10.0.0.0/24"}, {"cidrBlock": "10.0.0.0/25"}, ["cidrBlock"]),
        ("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": True}, {"mapPublicIpOnLaunch": False}, []),
        ("aws:eks/cluster:Cluster", CLUSTER, {"version": "1.36"}, []),
        ("aws:eks/cluster:Cluster", CLUSTER, PUBLIC, []),
        ("aws:eks/cluster:Cluster", CLUSTER, {"name": "other"}, ["name"]),
        (
            "aws:eks/cluster:Cluster",
            CLUSTER | SECRETS,
            {"encryptionConfig": {"provider": {"keyArn": "b"}}},
            ["encryptionConfig"],
        ),
        ("aws:eks/nodeGroup:NodeGroup", GROUP, {"instanceTypes": ["p5e.48xlarge"]}, ["instanceTypes"]),
        ("aws:eks/nodeGroup:NodeGroup", GROUP, {"scalingConfig": {"minSize": 0, "maxSize": 9}}, []),
        ("aws:eks/nodeGroup:NodeGroup", GROUP, {"launchTemplate": {"id": "lt-2"}}, ["launchTemplate"]),
        ("kubernetes:apps/v1:Deployment", DEPLOYMENT, {"spec": SPEC | {"replicas": 3}}, []),
        (
            "kubernetes:apps/v1:Deployment",
            DEPLOYMENT,
            {"spec": {"selector": {"matchLabels": {"app": "talk"}}}},
            ["spec.selector"],
        ),
        (
            "kubernetes:apps/v1:Deployment",
            DEPLOYMENT,
            {"metadata": {"name": "chat", "namespace": "other"}},
            ["metadata.namespace"],
        ),
        ("kubernetes:core/v1:ConfigMap", {"data": {"a": "1"}}, {"data": {"a": "2"}}, []),
        (CLASS, {"parameters": {}}, {"parameters": {"a": "b"}}, ["parameters"]),
        ("pulumi:providers:aws", {"region": "us-east-2"}, {"region": "eu-west-1"}, ["region"]),
        ("pulumi:providers:kubernetes", {"kubeconfig": "a"}, {"kubeconfig": "b"}, []),
        ("gpu-cluster:index:Platform", {"a": 1}, {"a": 2}, []),
        ("random:index/randomId:RandomId", {"byteLength": 4}, {"byteLength": 8}, ["byteLength"]),
    ],
)
def test_changed_input_replaces_the_resource(
    type: str, old: dict[str, Any], change: dict[str, Any], because: list[str]
) -> None:
    assert replacement_paths(type, old, old | change) == because


@pytest.mark.parametrize("type", list(aws_types.table()))
def test_unchanged_inputs_replace_no_resource(type: str) -> None:
    inputs = {"name": "one", "tags": {"team": "ml"}, "region": "us-east-2"}
    assert replacement_paths(type, inputs, dict(inputs)) == []


def test_launch_template_update_changes_its_version_output() -> None:
    assert "latestVersion" in updated_outputs("aws:ec2/launchTemplate:LaunchTemplate")
    assert updated_outputs("kubernetes:apps/v1:Deployment") == frozenset()


def test_plugin_framework_resources_are_replaced_too() -> None:
    rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

    assert replacement_paths(rule, {"securityGroupId": "sg-1"}, {"securityGroupId": "sg-2"}) == [
        "securityGroupId"
    ]
    assert replacement_paths(rule, {"cidrIpv4": "10.0.0.0/16"}, {"cidrIpv4": "10.1.0.0/16"}) == []
