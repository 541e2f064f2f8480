"""A stack file in a few words."""

from components.config.stack import Stack
from components.config.team import TeamStack


def summary_of(stack: Stack | TeamStack) -> str:
    """`4 pools and 3 models on provider eks`, or `2 models of team vision on prod`."""
    if isinstance(stack, TeamStack):
        return f"{len(stack.file.models)} models of team {stack.name} on {stack.file.team.environment}"
    pools, models = len(stack.pools), len(stack.serving.models)
    return f"{pools} pools and {models} models on provider {stack.cluster.provider}"
