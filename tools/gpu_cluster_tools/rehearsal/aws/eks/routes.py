"""The operations of EKS that the account answers. Any other is refused."""

from collections.abc import Mapping

from gpu_cluster_tools.rehearsal.aws.eks import (
    access,
    addons,
    clusters,
    node_groups,
    pod_identity,
    tags,
    updates,
)
from gpu_cluster_tools.rehearsal.aws.router import Operation

OPERATIONS: Mapping[str, Operation] = {
    "CreateCluster": clusters.create_cluster,
    "DescribeCluster": clusters.describe_cluster,
    "ListClusters": clusters.list_clusters,
    "UpdateClusterConfig": clusters.update_config,
    "UpdateClusterVersion": clusters.update_version,
    "DeleteCluster": clusters.delete_cluster,
    "DescribeUpdate": updates.describe_update,
    "CreateNodegroup": node_groups.create_node_group,
    "DescribeNodegroup": node_groups.describe_node_group,
    "ListNodegroups": node_groups.list_node_groups,
    "UpdateNodegroupConfig": node_groups.update_config,
    "UpdateNodegroupVersion": node_groups.update_version,
    "DeleteNodegroup": node_groups.delete_node_group,
    "CreateAddon": addons.create_addon,
    "DescribeAddon": addons.describe_addon,
    "ListAddons": addons.list_addons,
    "UpdateAddon": addons.update_addon,
    "DeleteAddon": addons.delete_addon,
    "CreateAccessEntry": access.create_entry,
    "DescribeAccessEntry": access.describe_entry,
    "ListAccessEntries": access.list_entries,
    "UpdateAccessEntry": access.update_entry,
    "DeleteAccessEntry": access.delete_entry,
    "AssociateAccessPolicy": access.associate_policy,
    "ListAssociatedAccessPolicies": access.list_policies,
    "DisassociateAccessPolicy": access.disassociate_policy,
    "CreatePodIdentityAssociation": pod_identity.create_association,
    "DescribePodIdentityAssociation": pod_identity.describe_association,
    "ListPodIdentityAssociations": pod_identity.list_associations,
    "UpdatePodIdentityAssociation": pod_identity.update_association,
    "DeletePodIdentityAssociation": pod_identity.delete_association,
    "TagResource": tags.tag,
    "UntagResource": tags.untag,
    "ListTagsForResource": tags.list_tags,
}
