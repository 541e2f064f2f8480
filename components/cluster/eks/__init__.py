"""A cluster of Amazon EKS: its control plane, who gets in, and its add-ons."""

from components.cluster.eks.addons import Addons
from components.cluster.eks.cluster import EksCluster
from components.cluster.eks.kubeconfig import kubeconfig

__all__ = ["Addons", "EksCluster", "kubeconfig"]
