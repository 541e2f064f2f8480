"""Autoscalers of EKS: start nodes for pending pods, and end nodes without use."""

from collections.abc import Mapping, Sequence

import pulumi

from gpu_cluster.aws.karpenter import CHARTS, Karpenter
from gpu_cluster.aws.nodes import ClusterAutoscaler, NodeContext
from gpu_cluster.capacity import Pool
from gpu_cluster.config.network import Nat
from gpu_cluster.config.pools import Provisioner
from gpu_cluster.config.stack import Stack
from gpu_cluster.images import CLUSTER_AUTOSCALER, charts_below
from gpu_cluster.kubernetes.registry.pull_secrets import pull_secret_of


def autoscalers(
    name: str,
    stack: Stack,
    pools: Mapping[str, Pool],
    *,
    context: NodeContext,
    account: str,
    region: str,
    mirror: str,
    after: Sequence[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """Create the cluster autoscaler if a node group has a size range, and Karpenter if a pool uses it.
    Returns what pods must wait for: Karpenter, since its pools start without nodes. Node groups start with
    their minimum size."""
    chosen = {key: pool for key, pool in pools.items() if _provisioner(stack, key) is Provisioner.KARPENTER}
    if any(pool.nodes.min < pool.nodes.max for key, pool in pools.items() if key not in chosen):
        ClusterAutoscaler(
            f"{name}-autoscaler",
            cluster_name=context.cluster_name,
            region=region,
            image=CLUSTER_AUTOSCALER.at(mirror),
            after=after,
            opts=opts,
        )
    if not chosen:
        return []
    return [
        Karpenter(
            f"{name}-karpenter",
            chosen,
            stack.pools,
            context=context,
            account=account,
            region=region,
            charts=stack.registry.charts or charts_below(CHARTS, stack.registry.mirror),
            mirror=mirror,
            pull_secret=pull_secret_of(stack),
            replicas=min(2, _open_nodes(pools)),
            isolated=stack.offline or (stack.network is not None and stack.network.nat is Nat.NONE),
            after=after,
            opts=opts,
        )
    ]


def _provisioner(stack: Stack, pool: str) -> Provisioner:
    return stack.pools[pool].provisioner


def _open_nodes(pools: Mapping[str, Pool]) -> int:
    """Nodes that are always there and take any pod."""
    return sum(pool.nodes.min for pool in pools.values() if not pool.taints)
