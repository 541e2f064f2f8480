"""EKS as the account answers it, with every setting that its API has."""

from rehearsal.aws.eks.operations import OPERATIONS

__all__ = ["OPERATIONS"]
