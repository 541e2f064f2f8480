"""Resources of serving for small stacks."""

from typing import Any

import pulumi

from gpu_cluster.capacity import pools_of
from gpu_cluster.kubernetes.serving import Serving
from gpu_cluster.kubernetes.storage import classes_of
from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.graph import graph_of

NFS = {"kind": "nfs", "server": "files", "share": "/models", "default": True}
ON_AWS = {"disk": {"kind": "ebs", "default": True}, "models": {"kind": "s3"}}


def serve(*, pool: Any = None, storage: Any = None, hub_token: str | None = None, **model: Any) -> Graph:
    """Graph of the model `chat` with these settings of the model, the pool `l4` and the storage."""
    return serve_all({"chat": model_of(**model)}, pool=pool, storage=storage, hub_token=hub_token)


def serve_all(
    models: dict[str, Any],
    *,
    pool: Any = None,
    storage: Any = None,
    hub_token: str | None = None,
    **settings: Any,
) -> Graph:
    stack = stack_of(
        pools={"l4": {"instance": "g6.4xlarge", "nodes": 2} | (pool or {})},
        storage=storage or {"disk": {"kind": "local-path", "default": True}},
        serving={"models": models} | settings,
    )
    return graph_of(
        lambda: Serving(
            "serving",
            stack.serving,
            pools=pools_of(stack),
            storage=classes_of(stack.storage),
            image="vllm:v1",
            hub_token=pulumi.Output.secret(hub_token) if hub_token else None,
        )
    )


def pod(graph: Graph) -> dict[str, Any]:
    return graph.only("Deployment")["spec.template.spec"]


def container(graph: Graph) -> dict[str, Any]:
    [only] = pod(graph)["containers"]
    return only
