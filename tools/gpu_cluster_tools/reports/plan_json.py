"""A plan as JSON, without secrets and with unknown values marked."""

from dataclasses import asdict
from typing import Any

from gpu_cluster.plan.graph import Registered
from gpu_cluster.plan.plan import Plan
from gpu_cluster.stack.declared import declared
from gpu_cluster.stack.notes import notes_of
from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_tools.schedule import ready

SECRET = "(secret)"  # noqa: S105


def as_json(plan: Plan) -> dict[str, Any]:
    """Keys: `stack`, `ready`, `notes`, `declared`, `resources` (of each its `urn`, `type`, …) and `outputs`.

    Resources are in the order of their URNs, because programs register some at the same time.
    `UnknownDurationsError` where the duration of a resource is not known.
    """
    schedule = ready(plan)
    return {
        "stack": plan.name,
        "ready": {
            "minutes": round(schedule.makespan, 1),
            "path": [{"urn": urn, "minutes": round(minutes, 2)} for urn, minutes in schedule.path],
        },
        "notes": list(notes_of(plan.team or plan.stack)),
        "declared": [asdict(each) for each in declared(plan.team or plan.stack)],
        "resources": [_resource(it) for it in sorted(plan.graph.resources, key=lambda it: it.urn)],
        "outputs": _said(plan.outputs),
    }


def _resource(resource: Registered) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "parent": resource.parent,
        "provider": resource.provider,
        "dependencies": sorted(resource.dependencies),
        "inputs": {
            name: SECRET if name in resource.secrets else _said(value)
            for name, value in resource.inputs.items()
        },
        "protect": resource.protected,
        "retainOnDelete": resource.retained,
        "ignoreChanges": list(resource.ignored_changes),
    }


def _said(value: Any) -> Any:
    match value:
        case dict():
            return {name: _said(part) for name, part in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case list():
            return [_said(part) for part in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return "(unknown)" if value is UNKNOWN else value
