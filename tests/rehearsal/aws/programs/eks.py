# pyright: reportArgumentType=false
# objects as plain dicts, as in a manifest
"""An EKS cluster with a general pool, and a GPU pool with a device plugin."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from gpu_cluster.aws.eks import kubeconfig
from gpu_cluster.capacity import Handover
from gpu_cluster.config.pools import Sharing
from gpu_cluster.kubernetes.gpu.device_plugin_config import plugin_config

config = pulumi.Config()
version = config.get("version") or "1.34"
POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"


def role(name: str, service: str) -> aws.iam.Role:
    actions = ["sts:AssumeRole", "sts:TagSession"]
    trust = [{"Effect": "Allow", "Principal": {"Service": service}, "Action": actions}]
    return aws.iam.Role(name, assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": trust}))


vpc = aws.ec2.Vpc("main", cidr_block="10.40.0.0/16")
subnets = [
    aws.ec2.Subnet(
        f"private-{zone}",
        vpc_id=vpc.id,
        cidr_block=f"10.40.{16 * number}.0/20",
        availability_zone=f"eu-central-1{zone}",
    )
    for number, zone in enumerate("abc")
]
subnet_ids = [subnet.id for subnet in subnets]
cluster = aws.eks.Cluster(
    "main",
    role_arn=role("control", "eks.amazonaws.com").arn,
    version=version,
    vpc_config={"subnet_ids": subnet_ids, "endpoint_private_access": True},
    access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": True},
    bootstrap_self_managed_addons=False,
    upgrade_policy={"support_type": "STANDARD"},
    kube_scheduler_config={"node_resources_fit": {"scoring_strategy": {"type": "MostAllocated"}}},
    tags={"team": "platform"},
)
cni = aws.eks.Addon(
    "cni", cluster_name=cluster.name, addon_name="vpc-cni", resolve_conflicts_on_create="OVERWRITE"
)

team = role("team", "ec2.amazonaws.com")
entry = aws.eks.AccessEntry("team", cluster_name=cluster.name, principal_arn=team.arn)
aws.eks.AccessPolicyAssociation(
    "team",
    cluster_name=cluster.name,
    principal_arn=entry.principal_arn,
    policy_arn=POLICY,
    access_scope={"type": "namespace", "namespaces": ["serving"]},
)

node = role("node", "ec2.amazonaws.com")


def pool(name: str, instance: str, size: int, **settings: Any) -> aws.eks.NodeGroup:
    disk = {"volume_size": config.get_int("disk") or 100, "volume_type": "gp3", "encrypted": "true"}
    template = aws.ec2.LaunchTemplate(
        name,
        metadata_options={"http_tokens": "required", "http_put_response_hop_limit": 1},
        block_device_mappings=[{"device_name": "/dev/xvda", "ebs": disk}],
        network_interfaces=[
            {
                "device_index": 0,
                "associate_public_ip_address": "false",
                "security_groups": [cluster.vpc_config.cluster_security_group_id],
            }
        ],
        tag_specifications=[{"resource_type": "instance", "tags": {"Name": name}}],
        update_default_version=True,
    )
    return aws.eks.NodeGroup(
        name,
        cluster_name=cluster.name,
        node_role_arn=node.arn,
        subnet_ids=subnet_ids,
        instance_types=[instance],
        scaling_config={"min_size": 1, "desired_size": size, "max_size": 3},
        launch_template={"id": template.id, "version": template.latest_version.apply(str)},
        version=cluster.version,
        labels={"gpu-cluster/pool": name, "purpose": config.get("purpose") or "test"},
        update_config={"max_unavailable": 1},
        opts=pulumi.ResourceOptions(depends_on=[cni]),
        **settings,
    )


taint = {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}
system = pool("system", "m7i.xlarge", config.get_int("size") or 2)
l4 = pool("l4", "g6.4xlarge", 1, taints=[taint], node_repair_config={"enabled": True})
drain = aws.autoscaling.Schedule(
    "drain",
    scheduled_action_name="drain",
    autoscaling_group_name=l4.resources[0].autoscaling_groups[0].name,
    start_time="2026-12-01T10:50:00Z",
    min_size=0,
    max_size=0,
    desired_capacity=0,
)

access = pulumi.Output.all(cluster.name, cluster.endpoint, cluster.certificate_authority.data).apply(
    lambda it: kubeconfig(name=it[0], endpoint=it[1], authority=it[2] or "", region="eu-central-1")
)
inside = pulumi.ResourceOptions(
    provider=k8s.Provider("eks", kubeconfig=access, cluster_identifier=cluster.arn),
    depends_on=[system, l4],
)
tolerations = [{"key": "nvidia.com/gpu", "operator": "Exists"}]
namespace = k8s.core.v1.Namespace("serving", metadata={"name": "serving"}, opts=inside)
named = {"namespace": namespace.metadata.name}
settings = k8s.core.v1.ConfigMap(
    "settings", metadata=named, data={"l4": plugin_config(Sharing(time_slicing=4), Handover.CDI)}, opts=inside
)
k8s.apps.v1.DaemonSet(
    "plugin",
    metadata=named,
    spec={
        "selector": {"match_labels": {"app": "plugin"}},
        "template": {
            "metadata": {"labels": {"app": "plugin"}},
            "spec": {
                "node_selector": {"gpu-cluster/pool": "l4"},
                "tolerations": tolerations,
                "containers": [
                    {
                        "name": "plugin",
                        "image": "nvcr.io/nvidia/k8s-device-plugin:v0.20.0",
                        "env": [{"name": "CONFIG_FILE", "value": "/config/config.yaml"}],
                        "security_context": {"capabilities": {"add": ["SYS_ADMIN"]}},
                        "volume_mounts": [{"name": "config", "mount_path": "/config"}],
                    }
                ],
                "volumes": [
                    {
                        "name": "config",
                        "config_map": {
                            "name": settings.metadata.name,
                            "items": [{"key": "l4", "path": "config.yaml"}],
                        },
                    }
                ],
            },
        },
    },
    opts=inside,
)
k8s.apps.v1.Deployment(
    "model",
    metadata={"name": "model", **named},
    spec={
        "replicas": 3,
        "selector": {"match_labels": {"app": "model"}},
        "template": {
            "metadata": {"labels": {"app": "model"}},
            "spec": {
                "tolerations": tolerations,
                "containers": [
                    {"name": "model", "image": "model", "resources": {"limits": {"nvidia.com/gpu": "1"}}}
                ],
            },
        },
    },
    opts=inside,
)
pulumi.export("kubeconfig", access)
pulumi.export("team", team.arn)
