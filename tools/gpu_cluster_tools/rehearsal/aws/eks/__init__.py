"""EKS as the account answers it, with every setting that its API has."""

from gpu_cluster_tools.rehearsal.aws.eks.routes import OPERATIONS

__all__ = ["OPERATIONS"]
