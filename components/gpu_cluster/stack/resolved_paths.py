"""Absolute paths of a stack: of config.json from its own folder, of extras and charts from the project."""

from pathlib import Path

from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamFile
from gpu_cluster.file_path import real_path

LOCAL_CHARTS = Path(".local/charts")
"""Charts that were written on this machine, below the project's folder."""


def located(stack: Stack, folder: Path) -> Stack:
    """The stack with absolute paths of config.json of models, and of files of extras."""
    stack = _with_charts(_with_extras(stack, folder.parent), folder.parent)
    models = located_models(stack.serving.models, folder)
    if models == stack.serving.models:
        return stack
    return stack.model_copy(update={"serving": stack.serving.model_copy(update={"models": models})})


def _with_extras(stack: Stack, project: Path) -> Stack:
    """Paths of extras start at the project, the folder above the stack files."""
    extras = stack.extras
    if not (extras.manifests or extras.charts):
        return stack
    manifests = [str(real_path(project / path)) for path in extras.manifests or ()] or None
    charts = {
        name: chart.model_copy(update={"chart": str(real_path(project / chart.chart))})
        if chart.is_path
        else chart
        for name, chart in extras.charts.items()
    }
    placed = extras.model_copy(update={"manifests": manifests, "charts": charts})
    return stack.model_copy(update={"extras": placed})


def _with_charts(stack: Stack, project: Path) -> Stack:
    """The stack with a folder of charts, which `gpu-cluster up` writes for provider local."""
    rendered = stack.gateway and stack.gateway.is_installed and isinstance(stack.cluster, LocalCluster)
    if not rendered or stack.registry.charts:
        return stack
    charts = stack.registry.model_copy(update={"charts": str(real_path(project / LOCAL_CHARTS))})
    return stack.model_copy(update={"registry": charts})


def located_team(team: TeamFile, folder: Path) -> TeamFile:
    return team.model_copy(update={"models": located_models(team.models, folder)})


def located_models(models: dict[str, ModelSettings], folder: Path) -> dict[str, ModelSettings]:
    return {
        name: model.model_copy(update={"config": str(real_path(folder / model.config))})
        if model.config
        else model
        for name, model in models.items()
    }
