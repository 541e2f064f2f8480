"""Usages of the platform's KMS keys."""

from enum import StrEnum


class KeyUsage(StrEnum):
    """Purposes of KMS keys: one key per purpose, so that access to one does not include others."""

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
