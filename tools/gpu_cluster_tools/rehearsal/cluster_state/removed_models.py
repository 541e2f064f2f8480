"""Models that still run and are no longer in the stack file."""

from collections.abc import Iterable

from gpu_cluster_tools.rehearsal.engine.engine import PulumiEngine

_MODEL = "gpu-cluster:index:Model"


def removed_models(
    engine: PulumiEngine, models: Iterable[str], prefix: str = "platform-serving"
) -> list[str]:
    """URNs of models in the engine's state that are not among these names.

    `prefix`: prefix of their resources' names.
    """
    wanted = {f"{prefix}-{model}" for model in models}
    return [
        resource["urn"]
        for resource in engine.state().get("resources", [])
        if resource["type"] == _MODEL and resource["urn"].rpartition("::")[2] not in wanted
    ]
