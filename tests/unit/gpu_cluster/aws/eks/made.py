"""EKS clusters and add-ons for tests."""

from collections.abc import Mapping
from typing import Any

import pulumi

from gpu_cluster.aws.eks import ClusterAddons, EksCluster
from gpu_cluster.aws.keys import KeyUsage
from gpu_cluster.capacity import pools_of
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.plan import Graph
from tests.unit.graph import graph_of

ACCOUNT = "123456789012"
REGION = "eu-central-1"
TAGS = {"gpu-cluster/stack": "prod", "team": "platform"}
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/platform"
POOLS = {
    "system": {"instance": "m7i.xlarge", "nodes": 3},
    "l4": {"instance": "g6.4xlarge", "nodes": 2},
    "a100": {
        "instance": "p4d.24xlarge",
        "nodes": 1,
        "sharing": {"mig": {"1g.5gb": 7}},
        "taints": {"team": {"value": "vision"}},
    },
}
ANSWERS: dict[str, dict[str, Any]] = {
    "Cluster": {
        "endpoint": "https://0A1B.gr7.eu-central-1.eks.amazonaws.com",
        "certificateAuthority": {"data": "Q0E="},
        "vpcConfig": {"clusterSecurityGroupId": "sg-cluster", "subnetIds": []},
    }
}


def stack_of(**cluster: Any) -> Stack:
    """A stack on AWS with a system pool and two GPU pools; `cluster` overrides settings of its cluster."""
    given = {
        "provider": "eks",
        "account": ACCOUNT,
        "version": "1.35",
        "access": {"deploy": {"principal": ADMIN, "policy": "cluster-admin"}},
    }
    return Stack.model_validate({"aws:region": REGION, "cluster": given | cluster, "pools": POOLS})


def settings_of(**cluster: Any) -> EksSettings:
    settings = stack_of(**cluster).cluster
    assert isinstance(settings, EksSettings)
    return settings


def cluster(*, protect: bool = True, pod_subnets: Mapping[str, str] | None = None, **settings: Any) -> Graph:
    """Graph of an EKS cluster with a node group and an object in it."""
    stack = stack_of(**settings)

    def program() -> None:
        made = EksCluster(
            "c",
            settings_of(**settings),
            pools=pools_of(stack),
            vpc_id="vpc-1",
            cidrs=["10.40.0.0/16"],
            subnets={"eu-central-1a": "subnet-a", "eu-central-1b": "subnet-b"},
            pod_subnets=pod_subnets or {},
            keys={purpose: f"arn:key/{purpose}" for purpose in KeyUsage},
            region=REGION,
            protect=protect,
        )
        pulumi.CustomResource(
            "test:index:NodeGroup", "pool", {}, opts=pulumi.ResourceOptions(depends_on=made.bootstrap_addons)
        )
        pulumi.CustomResource(
            "test:index:Object", "object", {}, opts=pulumi.ResourceOptions(depends_on=[made.provider])
        )

    return graph_of(program, ANSWERS)


def addons(
    *drivers: str, grants: Mapping[str, dict[str, pulumi.Input[str]]] | None = None, **settings: Any
) -> Graph:
    """Graph of the add-ons of a cluster."""
    pools = pools_of(stack_of(**settings))
    return graph_of(
        lambda: ClusterAddons(
            "a",
            settings_of(**settings),
            cluster="prod",
            pools=pools,
            drivers=drivers,
            volumes_key="arn:key/volumes",
            tags=TAGS,
            grants=grants,
        )
    )
