"""Node groups of every capacity type, on a cluster in a VPC with two subnets."""

import json

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.identity import policy_document
from gpu_cluster.aws.keys import Keys, KeyUsage
from gpu_cluster.aws.nodes import NodeGroups
from gpu_cluster.capacity import pools_of
from gpu_cluster.config.stack import Stack

config = pulumi.Config()
region = aws.get_region().region
account = aws.get_caller_identity().account_id
zones = [f"{region}a", f"{region}b"]

block = {"id": "cr-0123456789abcdef0", "zone": zones[1], "count": 2, "ends": "2036-12-01T11:30:00Z"}
pools = {
    "system": {"instance": "m7i.xlarge", "nodes": 2},
    "l4": {"instance": "g6.4xlarge", "nodes": {"min": 1, "max": 4}},
    "burst": {"instance": "g6.xlarge", "nodes": {"min": 0, "max": 8}, "capacity": "spot"},
    "a100": {
        "instance": "p4d.24xlarge",
        "nodes": 2,
        "efa": True,
        "capacity": {"capacityBlock": block},
    },
}
for name, changed in json.loads(config.get("changed") or "{}").items():
    pools[name] = pools[name] | changed

stack = Stack.model_validate(
    {
        "aws:region": region,
        "cluster": {
            "provider": "eks",
            "account": account,
            "version": "1.35",
            "access": {"me": {"principal": "arn:aws:iam::123456789012:role/me", "policy": "cluster-admin"}},
        },
        "network": {"zones": zones},
        "pools": pools,
    }
)

vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
subnets = {
    zone: aws.ec2.Subnet(
        f"main-{zone}", vpc_id=vpc.id, cidr_block=f"10.0.{index}.0/24", availability_zone=zone
    )
    for index, zone in enumerate(zones)
}
keys = Keys("keys", account=account, region=region, protect=False)
control = aws.iam.Role(
    "control",
    assume_role_policy=policy_document(
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "eks.amazonaws.com"}}
    ),
)
cluster = aws.eks.Cluster(
    "cluster",
    role_arn=control.arn,
    version="1.35",
    access_config={"authentication_mode": "API"},
    vpc_config={"subnet_ids": [subnet.id for subnet in subnets.values()]},
)
nodes = NodeGroups(
    "nodes",
    pools_of(stack),
    stack.pools,
    cluster_name=cluster.name,
    version="1.35",
    subnets={zone: subnet.id for zone, subnet in subnets.items()},
    security_group=cluster.vpc_config.cluster_security_group_id,
    volumes_key=keys.arns[KeyUsage.VOLUMES],
    tags={"team": "platform"},
)

pulumi.export("cluster", cluster.name)
pulumi.export("groups", {name: group.node_group_name for name, group in nodes.groups.items()})
