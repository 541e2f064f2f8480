"""Emulated EKS with every setting of its API."""

from gpu_cluster_tools.rehearsal.aws.eks.routes import OPERATIONS

__all__ = ["OPERATIONS"]
