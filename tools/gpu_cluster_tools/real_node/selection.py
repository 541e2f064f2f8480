"""Selection of the nodes that are real: those of the pool that serves the first model."""

from dataclasses import dataclass

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.config.serving import ServingEngine
from gpu_cluster.config.stack import Stack

_MOST_NODES = 3  # each has a kubelet and a container runtime


@dataclass(frozen=True, slots=True)
class RealPool:
    """A pool whose nodes are real."""

    pool: Pool
    models: tuple[str, ...]
    """Models that are served on it."""

    @property
    def nodes(self) -> tuple[str, ...]:
        """Names, which simulated nodes would have too."""
        return tuple(f"{self.pool.name}-{number}" for number in range(self.pool.nodes.min))


def real_pool(stack: Stack) -> RealPool | str:
    """The pool, or the reason why there is none.

    All nodes of a pool are real or none: a Service sends requests to each of its replicas.
    """
    models = stack.serving.models
    served = [key for key, model in models.items() if model.engine is ServingEngine.VLLM]
    if not served:
        return "no model uses vLLM, which a server of this project replaces"
    pools = pools_of(stack)
    pool = pools[models[served[0]].pool]
    if pool.nodes.min > _MOST_NODES:
        return f"pool {pool.name} has {pool.nodes.min} nodes; at most {_MOST_NODES} can be real"
    if pool.nodes.min == 0:
        return f"pool {pool.name} has no node at its smallest size"
    return RealPool(pool, tuple(key for key in served if models[key].pool == pool.name))
