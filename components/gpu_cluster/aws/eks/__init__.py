"""A cluster of Amazon EKS: its control plane, access entries and add-ons."""

from gpu_cluster.aws.eks.cluster import EksCluster
from gpu_cluster.aws.eks.cluster_addons import ClusterAddons
from gpu_cluster.aws.eks.kubeconfig import kubeconfig

__all__ = ["ClusterAddons", "EksCluster", "kubeconfig"]
