"""What a platform grants its teams.

What AWS has to know of them is in `components.teams.account`, for the place that is on AWS alone.
"""

from components.teams.grant import TeamGrant, summary_of
from components.teams.identity import AWS_ACCOUNT, TEAM_LABEL, priority_class
from components.teams.teams import Teams

__all__ = ["AWS_ACCOUNT", "TEAM_LABEL", "TeamGrant", "Teams", "priority_class", "summary_of"]
