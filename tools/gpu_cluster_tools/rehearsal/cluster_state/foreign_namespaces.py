"""Namespaces of an existing cluster that an update would take over.

The Kubernetes provider creates objects by server-side apply, which changes those that exist (await.go of
pulumi-kubernetes v4.25.0: "we currently always upsert the object"). A later destroy deletes them, and a
namespace with all its objects.
"""

from gpu_cluster.plan import Graph
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import KubernetesClient
from gpu_cluster_tools.rehearsal.engine.engine import PulumiEngine
from gpu_cluster_tools.rehearsal.errors import RehearsalError

_TYPE = "v1:Namespace"


def refuse_foreign_namespaces(graph: Graph, engine: PulumiEngine, cluster: KubernetesClient) -> None:
    """Raise `RehearsalError` if a namespace of the plan exists, and the engine's state does not have it."""
    planned = {it["metadata.name"] for it in graph.of(_TYPE)}
    resources = engine.state().get("resources", [])
    own = {it.get("id") for it in resources if it["type"].endswith(_TYPE)}
    new = planned - own
    if foreign := sorted(new & set(cluster.namespaces())) if new else []:
        raise RehearsalError(
            f"the cluster has namespaces that stack {engine.stack} would create: {', '.join(foreign)}.\n"
            "An update would take them over, and `gpu-cluster down` would delete them with all objects.\n"
            "hint: use other names in the stack file, or delete them; `pulumi up` takes them over"
        )
