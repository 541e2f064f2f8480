"""Selection of the nodes that are real: those that serve the first model, and those of the gateway."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.toolchain.envoy import missing_envoy

_MOST_NODES = 3  # each has a kubelet and a container runtime


@dataclass(frozen=True, slots=True)
class RealSelection:
    """Pools whose nodes are real."""

    pools: tuple[Pool, ...]
    models: tuple[str, ...]
    """Models that are served on them."""

    gateway: Pool | None = None
    """Pool of the gateway's pods, where it is one of them."""

    def with_pools(self, pools: Iterable[Pool]) -> "RealSelection":
        """The same with further pools."""
        named = {pool.name: pool for pool in (*self.pools, *pools)}
        return replace(self, pools=tuple(named.values()))

    @property
    def nodes(self) -> Mapping[str, Pool]:
        """Pools by the names of their nodes, which simulated nodes would have too."""
        return {f"{pool.name}-{number}": pool for pool in self.pools for number in range(pool.nodes.min)}


def real_selection(stack: Stack) -> RealSelection | str:
    """The pools, or the reason why there are none.

    All nodes of a pool are real or none: a Service sends requests to each of its replicas.
    """
    models = stack.serving.models
    served = [key for key, model in models.items() if model.engine is ServingEngine.VLLM]
    if not served:
        return "no model uses vLLM, which a server of this project replaces"
    pools = pools_of(stack)
    pool = pools[models[served[0]].pool]
    if reason := unreal(pool):
        return reason
    gateway = gateway_pool(stack)
    real = {pool.name: pool} | ({gateway.name: gateway} if isinstance(gateway, Pool) else {})
    return RealSelection(
        tuple(real.values()),
        tuple(key for key in served if models[key].pool in real),
        gateway if isinstance(gateway, Pool) else None,
    )


def gateway_pool(stack: Stack) -> Pool | str | None:
    """Pool whose real nodes run the gateway, or the reason why none does; None without a gateway."""
    settings = stack.gateway
    if settings is None:
        return None
    if missing := missing_envoy():
        return f"Envoy needs {missing}"
    if settings.pool is None:
        return "it has no pool of its own (gateway.pool), and shares simulated nodes with other pods"
    pool = pools_of(stack)[settings.pool]
    if not any(taint["effect"] in ("NoSchedule", "NoExecute") for taint in pool.taints):
        return f"pool {pool.name} has no taint, so that pods without an image on this machine may run there"
    return unreal(pool) or pool


def unreal(pool: Pool) -> str | None:
    """Reason why the nodes of a pool cannot be real."""
    if pool.nodes.min > _MOST_NODES:
        return f"pool {pool.name} has {pool.nodes.min} nodes; at most {_MOST_NODES} can be real"
    if pool.nodes.min == 0:
        return f"pool {pool.name} has no node at its smallest size"
    return None
