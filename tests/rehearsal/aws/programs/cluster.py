"""An EKS cluster with keys, add-ons and nodes, in a VPC with two subnets."""

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.eks import ClusterAddons, EksCluster
from gpu_cluster.aws.identity import policy_document
from gpu_cluster.aws.keys import Keys, KeyUsage
from gpu_cluster.aws.nodes import NodeGroups
from gpu_cluster.aws.tags import tags_of
from gpu_cluster.capacity import pools_of
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.storage import csi_addons

config = pulumi.Config()
region = aws.get_region().region
account = aws.get_caller_identity().account_id
protect = config.get_bool("protect", True)

stack = Stack.model_validate(
    {
        "cluster": {
            "provider": "eks",
            "account": account,
            "version": config.get("version") or "1.34",
            "endpoint": {"private": ["10.8.0.0/16"], "public": ["203.0.113.0/24"]},
            "access": {
                "deploy": {"principal": f"arn:aws:iam::{account}:role/deploy", "policy": "cluster-admin"},
                "vision": {
                    "principal": f"arn:aws:iam::{account}:role/vision",
                    "policy": "edit",
                    "namespaces": ["vision"],
                },
            },
            "binPacking": config.get_bool("packed", True),
            "remoteNetworks": {"nodes": ["192.168.0.0/24"]},
            "serviceCidr": config.get("services") or "172.20.0.0/16",
        },
        "pools": {
            "system": {
                "instance": "m7i.xlarge",
                "nodes": 2,
                "zones": [f"{region}a", f"{region}b"],
            },
            "l4": {"instance": "g6.4xlarge", "nodes": 1},
        },
        "storage": {
            "fast": {"kind": "ebs", "default": True},
            "home": {"kind": "efs"},
            "models": {"kind": "s3"},
        },
    }
)
settings = stack.cluster
assert isinstance(settings, EksSettings)
trust = policy_document(
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}}
)
for role in ("deploy", "vision"):
    aws.iam.Role(role, name=role, assume_role_policy=trust)

keys = Keys("keys", account=account, region=region, protect=protect)
vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
subnets = {
    f"{region}{letter}": aws.ec2.Subnet(
        f"main-{letter}",
        vpc_id=vpc.id,
        cidr_block=f"10.0.{index}.0/24",
        availability_zone=f"{region}{letter}",
    )
    for index, letter in enumerate("ab")
}
ids = {zone: subnet.id for zone, subnet in subnets.items()}

cluster = EksCluster(
    "cluster",
    settings,
    pools=pools_of(stack),
    vpc_id=vpc.id,
    cidrs=["10.0.0.0/16"],
    subnets=ids,
    pod_subnets=ids,
    keys=keys.arns,
    region=region,
    protect=protect,
)
pools = pools_of(stack)
nodes = NodeGroups(
    "nodes",
    {"system": pools["system"]},
    stack.pools,
    cluster_name=cluster.cluster_name,
    version=settings.version,
    subnets=ids,
    security_group=cluster.security_group_id,
    volumes_key=keys.arns[KeyUsage.VOLUMES],
    opts=pulumi.ResourceOptions(depends_on=cluster.bootstrap_addons),
)
ClusterAddons(
    "addons",
    settings,
    cluster=cluster.cluster_name,
    pools=pools,
    drivers=csi_addons(stack.storage),
    volumes_key=keys.arns[KeyUsage.VOLUMES],
    tags=tags_of(pulumi.get_stack(), stack.tags),
    after=[nodes],
)

pulumi.export("cluster", cluster.cluster_name)
pulumi.export("kubeconfig", cluster.kubeconfig)
