"""Grants of a platform to its teams.

What AWS has to know of them is in `gpu_cluster.aws.teams.account`, for the place that is on AWS alone.
"""

from gpu_cluster.kubernetes.teams.grant import TeamGrant, summary_of
from gpu_cluster.kubernetes.teams.identity import AWS_ACCOUNT, TEAM_LABEL, priority_class
from gpu_cluster.kubernetes.teams.teams import Teams

__all__ = ["AWS_ACCOUNT", "TEAM_LABEL", "TeamGrant", "Teams", "priority_class", "summary_of"]
