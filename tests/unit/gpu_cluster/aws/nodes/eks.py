"""Pools on AWS and the graph of their node groups, for tests of nodes."""

from typing import Any

from gpu_cluster.aws.nodes import NodeGroups
from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.config.pools import PoolSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.plan import Graph
from tests.unit.graph import graph_of

EKS = {
    "provider": "eks",
    "account": "123456789012",
    "version": "1.35",
    "access": {"me": {"principal": "arn:aws:iam::123456789012:role/me", "policy": "cluster-admin"}},
}
BLOCK = {"id": "cr-0123456789abcdef0", "zone": "us-east-2b", "count": 2, "ends": "2036-12-01T11:30:00Z"}
RESERVATION = {key: BLOCK[key] for key in ("id", "zone", "count")}
KEY = "arn:aws:kms:us-east-2:123456789012:key/volumes"
SUBNETS = {f"us-east-2{letter}": f"subnet-{letter}" for letter in "abc"}


def stack_of(**pools: dict[str, Any]) -> Stack:
    return Stack.model_validate(
        {
            "aws:region": "us-east-2",
            "cluster": EKS,
            "network": {"zones": list(SUBNETS)},
            "pools": {name: {"nodes": 2} | settings for name, settings in pools.items()},
        }
    )


def pool_with(**settings: Any) -> tuple[Pool, PoolSettings]:
    """The pool `p` with these settings and two nodes by default."""
    stack = stack_of(p=settings)
    return pools_of(stack)["p"], stack.pools["p"]


def pool_beside_lustre(**settings: Any) -> tuple[Pool, PoolSettings]:
    """The pool `p` in a stack that also has a store on FSx for Lustre."""
    stored = {"disk": {"kind": "ebs", "default": True}, "data": {"kind": "fsx-lustre", "size": "1.2Ti"}}
    stack = stack_of(p=settings)
    stack = Stack.model_validate(stack.model_dump(by_alias=True, exclude_unset=True) | {"storage": stored})
    return pools_of(stack)["p"], stack.pools["p"]


def groups_of(**pools: dict[str, Any]) -> Graph:
    stack = stack_of(**pools)
    return graph_of(
        lambda: NodeGroups(
            "nodes",
            pools_of(stack),
            stack.pools,
            cluster_name="prod",
            version="1.35",
            subnets=SUBNETS,
            security_group="sg-cluster",
            volumes_key=KEY,
            tags={"team": "platform"},
        )
    )


def group_with(**settings: Any) -> Graph:
    """Graph with only the node group of the pool `p`."""
    return groups_of(p=settings)
