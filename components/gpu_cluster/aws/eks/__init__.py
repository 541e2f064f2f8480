"""A cluster of Amazon EKS: its control plane, who gets in, and its add-ons."""

from gpu_cluster.aws.eks.cluster import EksCluster
from gpu_cluster.aws.eks.cluster_addons import ClusterAddons
from gpu_cluster.aws.eks.kubeconfig import kubeconfig

__all__ = ["ClusterAddons", "EksCluster", "kubeconfig"]
