"""The pools whose nodes EKS starts."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.nodes.launch_template import NodeContext
from gpu_cluster.aws.nodes.node_group import NodeGroup
from gpu_cluster.aws.nodes.node_role import NodeRole
from gpu_cluster.capacity import Pool
from gpu_cluster.config.pools import PoolSettings, Provisioner


class NodeGroups(pulumi.ComponentResource):
    """Managed node groups for all pools without Karpenter, with one node role.

    NodeGroups("platform-nodes", pools_of(stack), stack.pools, cluster_name=eks.cluster_name, version="1.35",
               subnets=network.private, security_group=eks.security_group_id, volumes_key=key).groups["l4"]
    """

    groups: dict[str, aws.eks.NodeGroup]
    names: dict[str, pulumi.Output[str]]
    """Names of the groups, by pool."""

    role: NodeRole
    context: NodeContext

    def __init__(
        self,
        name: str,
        pools: Mapping[str, Pool],
        settings: Mapping[str, PoolSettings],
        *,
        cluster_name: pulumi.Input[str],
        version: str,
        subnets: Mapping[str, pulumi.Input[str]],
        security_group: pulumi.Input[str],
        volumes_key: pulumi.Input[str],
        tags: Mapping[str, str] | None = None,
        endpoint: pulumi.Input[str] = "",
        authority: pulumi.Input[str] = "",
        service_cidr: pulumi.Input[str] = "",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`version` of the control plane, `subnets` by zone, `security_group` of the cluster, a key's ARN.

        `tags` are those of servers and volumes, which do not get the provider's. `endpoint`, `authority` and
        `service_cidr` of the cluster are for nodes with a custom image.
        """
        super().__init__("gpu-cluster:index:NodeGroups", name, None, opts)
        self.context = NodeContext(
            cluster_name=cluster_name,
            version=version,
            subnets=subnets,
            security_group=security_group,
            volumes_key=volumes_key,
            tags=tags or {},
            endpoint=endpoint,
            authority=authority,
            service_cidr=service_cidr,
        )
        self.role = NodeRole(
            name,
            pulumi.ResourceOptions(parent=self),
            region=next(iter(subnets), None),  # a zone of it
        )
        child = pulumi.ResourceOptions(parent=self, depends_on=self.role.ready)
        self.groups = {
            key: NodeGroup(
                f"{name}-{key}", pool, settings[key], self.context, role=self.role.arn, opts=child
            ).group
            for key, pool in pools.items()
            if settings[key].provisioner is Provisioner.NODE_GROUP
        }
        self.names = {key: group.node_group_name for key, group in self.groups.items()}
        self.register_outputs({"groups": self.names})
