"""Objects of the stack that a cluster has before its first deployment."""

from gpu_cluster.plan import Graph
from gpu_cluster_tools.doctor.api_server import ApiServer
from gpu_cluster_tools.doctor.check import Check, Group
from gpu_cluster_tools.existing_objects import ADVICE, existing_objects, has_charts, planned_by

_CLUSTER = Group("cluster")
_NAME = "existing objects"


def takeover(graph: Graph, api: ApiServer) -> Check:
    """Objects of other tools. Those of Pulumi may be of this stack: `up` and `gate` have its state."""
    found = existing_objects(planned_by(graph), (), api)
    foreign = [f"{it.planned} (managed by {it.managed_by})" for it in found.existing if not it.by_pulumi]
    if foreign:
        return _CLUSTER.fail(_NAME, f"an update would take over {', '.join(foreign)}", ADVICE)
    if found.unchecked:
        return _CLUSTER.skip(_NAME, "; ".join(found.unchecked))
    charts = "; objects of charts are not checked here" if has_charts(graph) else ""
    if found.existing:
        return _CLUSTER.ok(
            _NAME,
            f"Pulumi created {len(found.existing)}, perhaps as this stack: `up` compares its state{charts}",
        )
    return _CLUSTER.ok(_NAME, f"none of the stack{charts}")
