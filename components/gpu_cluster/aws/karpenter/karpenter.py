"""Karpenter, and the pools whose nodes it starts."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi_kubernetes.apiextensions import CustomResource

from gpu_cluster.aws.identity import PodIdentity
from gpu_cluster.aws.karpenter.controller import NAMESPACE, SERVICE_ACCOUNT, KarpenterController
from gpu_cluster.aws.karpenter.controller_policy import controller_policy
from gpu_cluster.aws.karpenter.interruptions import Interruptions
from gpu_cluster.aws.karpenter.node_class import node_class
from gpu_cluster.aws.karpenter.node_pool import node_pool
from gpu_cluster.aws.nodes import NodeContext, NodeRole
from gpu_cluster.capacity import Pool
from gpu_cluster.config.pool_capacity import Market
from gpu_cluster.config.pools import PoolSettings
from gpu_cluster.kubernetes.object_metadata import metadata


class Karpenter(pulumi.ComponentResource):
    """Karpenter controller with IAM role and interruption queue, and a NodePool and EC2NodeClass per pool.

    Karpenter("platform-karpenter", karpenter_pools(stack), stack.pools, context=context, account=…, region=…,
              charts=charts, mirror=mirror, replicas=2, isolated=False)
    """

    def __init__(
        self,
        name: str,
        pools: Mapping[str, Pool],
        settings: Mapping[str, PoolSettings],
        *,
        context: NodeContext,
        account: str,
        region: str,
        charts: str,
        mirror: str | None,
        pull_secret: str | None = None,
        replicas: int,
        isolated: bool,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`charts` is a folder or an oci:// address; `isolated` where no way leads out of the network.

        `after`: what the controller waits for, such as nodes. Its role does not wait: a pod that starts
        within seconds of its association may get no credentials (EKS API, CreatePodIdentityAssociation).
        """
        super().__init__("gpu-cluster:index:Karpenter", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        spot = any(settings[key].capacity.market is Market.SPOT for key in pools)
        interruptions = Interruptions(f"{name}-interruptions", opts=child)
        role = NodeRole(f"{name}-nodes", child, region=region)
        profile = aws.iam.InstanceProfile(f"{name}-nodes", role=role.name, opts=child)
        # EKS lets the nodes of its own groups in by itself, and no others.
        entry = aws.eks.AccessEntry(
            f"{name}-nodes",
            cluster_name=context.cluster_name,
            principal_arn=role.arn,
            type="EC2_LINUX",
            opts=child,
        )
        identity = PodIdentity(
            f"{name}-controller",
            cluster=context.cluster_name,
            namespace=NAMESPACE,
            service_account=SERVICE_ACCOUNT,
            policies={
                "servers": pulumi.Output.all(
                    cluster=context.cluster_name,
                    queue=interruptions.queue.arn,
                    node_role=role.arn,
                    key=context.volumes_key,
                ).apply(lambda arns: controller_policy(account=account, region=region, spot=spot, **arns))
            },
            opts=child,
        )
        controller = KarpenterController(
            f"{name}-controller",
            cluster_name=context.cluster_name,
            queue=interruptions.queue.name,
            charts=charts,
            mirror=mirror,
            pull_secret=pull_secret,
            replicas=replicas,
            isolated=isolated,
            repair=any(settings[key].repair for key in pools),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[identity, entry, *role.ready, *after]),
        )
        for key, pool in pools.items():
            spec = node_class(pool, settings[key], context, profile=profile.name)
            ground_of = self._object(f"{name}-{key}-class", "EC2NodeClass", key, spec, after=controller)
            self._object(
                f"{name}-{key}",
                "NodePool",
                key,
                node_pool(pool, settings[key], node_class=key),
                after=ground_of,
            )
        self.register_outputs({})

    def _object(
        self, name: str, kind: str, key: str, spec: Mapping[str, Any], *, after: pulumi.Resource
    ) -> CustomResource:
        """Deleted before its dependencies: Karpenter terminates the nodes of a pool before the pool is
        deleted."""
        group = "karpenter.sh" if kind == "NodePool" else "karpenter.k8s.aws"
        return CustomResource(
            name,
            api_version=f"{group}/v1",
            kind=kind,
            metadata=metadata(key),
            spec=spec,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )
