"""Usages of the platform's KMS keys."""

from enum import StrEnum


class KeyUsage(StrEnum):
    """One key each, so that a user of one reads nothing else."""

    CLUSTER = "cluster"
    """Secrets of Kubernetes."""

    LOGS = "logs"
    """Log groups."""

    VOLUMES = "volumes"
    """EBS volumes, of nodes and of pods."""

    DATA = "data"
    """EFS, FSx, S3 and backups."""

    REGISTRY = "registry"
    """ECR repositories."""

    COPIES = "copies"
    """Copies of backups, in another region."""
