"""A cluster of Amazon EKS: its control plane, who gets in, and its add-ons."""

from gpu_cluster.aws.eks.addons import Addons
from gpu_cluster.aws.eks.cluster import EksCluster
from gpu_cluster.aws.eks.kubeconfig import kubeconfig

__all__ = ["Addons", "EksCluster", "kubeconfig"]
