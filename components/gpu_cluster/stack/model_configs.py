"""Paths of config.json, which a stack file gives from its own folder."""

from pathlib import Path

from gpu_cluster.config.serving import ModelSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team import TeamFile


def located(stack: Stack, folder: Path) -> Stack:
    """The stack whose models name their config.json from the root."""
    models = located_models(stack.serving.models, folder)
    if models == stack.serving.models:
        return stack
    return stack.model_copy(update={"serving": stack.serving.model_copy(update={"models": models})})


def located_team(team: TeamFile, folder: Path) -> TeamFile:
    return team.model_copy(update={"models": located_models(team.models, folder)})


def located_models(models: dict[str, ModelSettings], folder: Path) -> dict[str, ModelSettings]:
    return {
        name: model.model_copy(update={"config": str((folder / model.config).resolve())})
        if model.config
        else model
        for name, model in models.items()
    }
