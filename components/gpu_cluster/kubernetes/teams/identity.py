"""Names of a team in the cluster and in the account."""

TEAM_LABEL = "gpu-cluster/team"
"""Label of a team's namespace."""

POOLS_ANNOTATION = "gpu-cluster/pools"
"""Annotation of a team namespace: pools with granted GPUs, comma-separated."""

CLASS_PREFIX = "gpu-"

AWS_ACCOUNT = "aws"
"""Service account whose pods have the team's role on AWS."""

ROLE = "team"
"""Name of the role in a team's namespace, and of its binding."""


def priority_class(pool: str) -> str:
    """Class of the pods that have GPUs of a pool: what their quota is counted by."""
    return CLASS_PREFIX + pool
