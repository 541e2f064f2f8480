"""Program with the parts of a stack that fail first on AWS: network, cluster, pools and a secret."""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

from gpu_cluster.stack import load

stack = load(Path(__file__).parent / f"Pulumi.{pulumi.get_stack()}.yaml")
account = aws.Provider("account", region=stack.region, default_tags={"tags": stack.tags})
here = pulumi.ResourceOptions(provider=account)


def role(name: str, service: str) -> aws.iam.Role:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return aws.iam.Role(name, assume_role_policy=trust, opts=here)


vpc = aws.ec2.Vpc("main", cidr_block="10.20.0.0/16", opts=here)
subnets = [
    aws.ec2.Subnet(
        f"main-{zone}",
        vpc_id=vpc.id,
        cidr_block=f"10.20.{number}.0/24",
        availability_zone=f"{stack.region}{zone}",
        opts=here,
    )
    for number, zone in enumerate("ab")
]
cluster = aws.eks.Cluster(
    "cluster",
    role_arn=role("control", "eks.amazonaws.com").arn,
    version="1.35",
    access_config={"authentication_mode": "API"},
    vpc_config={"subnet_ids": [subnet.id for subnet in subnets]},
    opts=here,
)
network = aws.eks.Addon("network", cluster_name=cluster.name, addon_name="vpc-cni", opts=here)
nodes = role("nodes", "ec2.amazonaws.com")
for name, pool in stack.pools.items():
    aws.eks.NodeGroup(
        name,
        cluster_name=cluster.name,
        node_role_arn=nodes.arn,
        subnet_ids=[subnet.id for subnet in subnets],
        instance_types=[pool.instance or ""],
        scaling_config={
            "min_size": pool.nodes.min,
            "max_size": pool.nodes.max,
            "desired_size": pool.nodes.min,
        },
        labels=pool.labels,
        taints=[
            {"key": key, "value": taint.value, "effect": "NO_SCHEDULE"} for key, taint in pool.taints.items()
        ],
        opts=pulumi.ResourceOptions(provider=account, depends_on=[network]),
    )
aws.cloudwatch.LogGroup(
    "logs", retention_in_days=stack.network.flow_logs.retention_days if stack.network else 7, opts=here
)
for name in stack.registry.repositories:
    aws.ecr.Repository(name, opts=here)
if stack.serving.hub_token:
    serving = pulumi.Config("gpu-cluster").require_secret_object("serving")
    secret = aws.secretsmanager.Secret("token", recovery_window_in_days=0, opts=here)
    aws.secretsmanager.SecretVersion(
        "token", secret_id=secret.id, secret_string=serving.apply(lambda it: it["hubToken"]), opts=here
    )
