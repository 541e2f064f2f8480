"""Karpenter NodePool: instance requirements, limits and disruption."""

from typing import Any

from gpu_cluster.capacity import GPU_RESOURCE, Pool
from gpu_cluster.config.pool_capacity import Market
from gpu_cluster.config.pools import PoolSettings

_RESERVED_LABELS = ("kubernetes.io", "k8s.io", "karpenter.sh")  # which kubelet and Karpenter set themselves

# A node that has nothing to do: one with GPUs is kept a while, for its images and weights are large.
_IDLE = {"gpu": "10m", "other": "2m"}


def node_pool(pool: Pool, settings: PoolSettings, *, node_class: str) -> dict[str, Any]:
    """The spec of a NodePool.

    Nodes do not expire: a new one would run the same pinned image, and end what runs for days. A change of
    the image or of the settings replaces them, so many at a time as `update` says.
    """
    return {
        "template": {
            "metadata": {"labels": {key: value for key, value in pool.labels.items() if _is_ours(key)}},
            "spec": {
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": node_class},
                "requirements": [
                    _one_of("node.kubernetes.io/instance-type", [pool.machine]),
                    _one_of("karpenter.sh/capacity-type", [_capacity_type(settings)]),
                    _one_of("topology.kubernetes.io/zone", list(pool.zones)),
                ],
                "taints": [dict(taint) for taint in pool.taints],
                "expireAfter": "Never",
            },
        },
        "limits": _limits(pool),
        "disruption": {
            # GPUs are not moved together: what runs on them is slow to start and dear to stop.
            "consolidationPolicy": "WhenEmpty" if pool.gpus else "WhenEmptyOrUnderutilized",
            "consolidateAfter": _IDLE["gpu" if pool.gpus else "other"],
            "budgets": [{"nodes": str(settings.update.max_unavailable)}],
        },
    }


def _limits(pool: Pool) -> dict[str, str]:
    """Limits of all nodes together; servers that are alike in CPUs may differ in GPUs."""
    gpus = {GPU_RESOURCE: str(pool.gpus * pool.nodes.max)} if pool.gpus else {}
    return {"cpu": str(pool.capacity.cpu_millis // 1000 * pool.nodes.max), **gpus}


def _one_of(key: str, values: list[str]) -> dict[str, Any]:
    return {"key": key, "operator": "In", "values": values}


def _capacity_type(settings: PoolSettings) -> str:
    if settings.capacity.reserved:
        return "reserved"
    return "spot" if settings.capacity.market is Market.SPOT else "on-demand"


def _is_ours(label: str) -> bool:
    domain = label.rpartition("/")[0]
    return not any(domain == reserved or domain.endswith(f".{reserved}") for reserved in _RESERVED_LABELS)
