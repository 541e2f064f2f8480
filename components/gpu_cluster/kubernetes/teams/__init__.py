"""Grants of a platform to its teams.

Their IAM roles are in `gpu_cluster.aws.teams.account`.
"""

from gpu_cluster.kubernetes.teams.grant import TeamGrant, summary_of
from gpu_cluster.kubernetes.teams.identity import AWS_ACCOUNT, TEAM_LABEL, priority_class
from gpu_cluster.kubernetes.teams.teams import Teams

__all__ = ["AWS_ACCOUNT", "TEAM_LABEL", "TeamGrant", "Teams", "priority_class", "summary_of"]
