"""By what names the cluster and the account know a team."""

TEAM_LABEL = "gpu-cluster/team"
"""Label of a team's namespace."""

POOLS_ANNOTATION = "gpu-cluster/pools"
"""Of a team's namespace: the pools whose GPUs it is granted, with commas between them."""

CLASS_PREFIX = "gpu-"

AWS_ACCOUNT = "aws"
"""Service account whose pods have the team's role on AWS."""

ROLE = "team"
"""Name of the role in a team's namespace, and of its binding."""


def priority_class(pool: str) -> str:
    """Class of the pods that have GPUs of a pool: what their quota is counted by."""
    return CLASS_PREFIX + pool
