"""A stack file in a few words."""

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack


def summary_of(stack: Stack | TeamStack) -> str:
    """`4 pools and 3 models on provider eks`, or `2 models of team vision on prod`."""
    if isinstance(stack, TeamStack):
        models = _counted(len(stack.file.models), "model")
        where = f" of {stack.platform}" if stack.platform else ""
        return f"{models} of team {stack.name} on {stack.file.team.environment}{where}"
    pools, models = _counted(len(stack.pools), "pool"), _counted(len(stack.serving.models), "model")
    return f"{pools} and {models} on provider {stack.cluster.provider}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
