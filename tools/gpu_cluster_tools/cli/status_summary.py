"""Summary of a running platform."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import typer

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.config.cluster import ClusterSettings, ExistingCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.namespaces import OF_THE_PLATFORM
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.cli.terminal.table import table
from gpu_cluster_tools.rehearsal import ClusterInventory, PoolNodes, Replica, inventory
from gpu_cluster_tools.rehearsal.cluster_state.platform_pods import UnhealthyPods


def show(project: RunningProject, name: str, stack: Stack) -> None:
    typer.echo(summary(name, stack, found_in(project, name, stack)))


def found_in(project: RunningProject, name: str, stack: Stack) -> ClusterInventory:
    """Pools, models and pods that are not ready in the cluster of a stack."""
    cluster = project.cluster(name, stack)
    return inventory(cluster, pools_of(stack), stack.serving.namespace, _namespaces(stack))


def _namespaces(stack: Stack) -> list[str]:
    """Namespaces of the platform and its teams, and of the add-ons of a cluster that is its own."""
    given = isinstance(stack.cluster, ExistingCluster)
    return [*OF_THE_PLATFORM, *stack.teams, *([] if given else ["kube-system"])]


def as_data(name: str, stack: Stack, found: ClusterInventory) -> dict[str, Any]:
    """Summary as a JSON document."""
    replicas = [asdict(replica) for replica in found.replicas]
    return {
        "stack": name,
        "pools": [_pool_data(nodes) for nodes in found.pools],
        "models": {
            model: [replica for replica in replicas if replica["model"] == model]
            for model in stack.serving.models
        },
        "unhealthyPods": None if found.unhealthy is None else [asdict(it) for it in found.unhealthy],
    }


def _pool_data(nodes: PoolNodes) -> dict[str, Any]:
    pool = nodes.pool
    return {
        "name": pool.name,
        "ready": nodes.ready,
        "nodes": nodes.total,
        "nodesWanted": {"least": pool.nodes.min, "most": pool.nodes.max},
        "machine": pool.machine,
        "gpu": pool.gpu.name if pool.gpu else None,
        "gpus": pool.gpus * nodes.total,
        "resources": {resource: count * nodes.total for resource, count in pool.extended.items()},
    }


def summary(name: str, stack: Stack, found: ClusterInventory) -> str:
    """Nodes, GPUs by kind, models and their nodes, and next commands."""
    nodes, ready = sum(pool.total for pool in found.pools), sum(pool.ready for pool in found.pools)
    parts = [
        f"{name}: {ready} of {nodes} nodes ready",
        table([("POOL", "NODES", "MACHINE", "GPUS"), *map(_pool_row, found.pools)]),
    ]
    if stack.serving.models:
        parts.append(table([("MODEL", "READY", "NODES"), *rows_of(stack.serving.models, found.replicas)]))
    parts.extend(reasons_of(found.replicas))
    if found.unhealthy is None:
        parts.append("Pods of other namespaces were not checked: not authorized to list pods in all of them.")
    elif found.unhealthy:
        parts.append(table([("OTHER PODS", "NOT READY", "REASON"), *map(_unhealthy_row, found.unhealthy)]))
    parts.append(table(_next_steps(name, stack.cluster)))
    return "\n\n".join(parts)


def _unhealthy_row(found: UnhealthyPods) -> tuple[str, str, str]:
    return f"{found.namespace}/{found.owner}", f"{found.pods} of {found.total}", found.reason


def _pool_row(nodes: PoolNodes) -> tuple[str, str, str, str]:
    return nodes.pool.name, _nodes(nodes), nodes.pool.machine, _gpus(nodes.pool, nodes.total)


def _nodes(nodes: PoolNodes) -> str:
    """`2/2, 3 in the stack file` where an update would change it."""
    count = f"{nodes.ready}/{nodes.total}"
    return count if nodes.wanted is None else f"{count}, {nodes.wanted} in the stack file"


def _gpus(pool: Pool, nodes: int) -> str:
    """`8 x A100-80GB as 56 x nvidia.com/mig-1g.10gb`, for all nodes of the pool."""
    if not pool.gpu:
        return "-"
    offered = ", ".join(f"{count * nodes} x {resource}" for resource, count in pool.extended.items())
    return f"{pool.gpus * nodes} x {pool.gpu.name} as {offered}"


def rows_of(names: Iterable[str], replicas: Iterable[Replica]) -> Iterable[tuple[str, str, str]]:
    """Ready replicas of models or services, and their nodes."""
    pods: dict[str, list[Replica]] = defaultdict(list)
    for replica in replicas:
        pods[replica.model].append(replica)
    for model in names:
        own = pods[model]
        ready = sum(replica.ready for replica in own)
        yield model, f"{ready}/{len(own)}", ", ".join(replica.node or "waiting" for replica in own) or "-"


def reasons_of(replicas: Iterable[Replica]) -> list[str]:
    """Table of replicas that are not ready, with a known reason."""
    rows = [(replica.pod, replica.reason) for replica in replicas if replica.reason]
    return [table([("NOT READY", "REASON"), *rows])] if rows else []


def _next_steps(name: str, cluster: ClusterSettings) -> list[tuple[str, str]]:
    given = "" if name == "local" else f" STACK={name}"
    kubeconfigs = {
        "local": " --kubeconfig .local/kubeconfig",
        "eks": f" --kubeconfig .local/{name}.kubeconfig",
    }
    return [
        ("inspect pods", f"kubectl{kubeconfigs.get(cluster.provider, '')} get pods -A"),
        ("use pulumi", f'eval "$(.venv/bin/gpu-cluster env {name})"; pulumi stack --stack {name}'),
        ("change", f"edit stacks/Pulumi.{name}.yaml, then: make up{given}"),
        ("remove", f"make down{given}"),
    ]
