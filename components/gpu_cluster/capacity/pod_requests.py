"""Resource requests of each replica of a model."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from gpu_cluster.capacity.free_capacity import free_capacity
from gpu_cluster.capacity.pool import GPU_RESOURCE, Pool, mig_resource
from gpu_cluster.capacity.resources import MIB
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.quantity import amount

_CPU_STEP = 100  # millis
_MEMORY_STEP = 256 * MIB


@dataclass(frozen=True, slots=True)
class Request:
    """Resource requests of one replica, on one of its nodes; every amount is at least 1."""

    cpu_millis: int
    memory_bytes: int
    resource: str
    """Extended resource, such as nvidia.com/gpu or nvidia.com/mig-1g.10gb."""

    count: int
    """Amount of the extended resource."""


def request_of(model: ModelSettings, pool: Pool) -> Request:
    """Requests of each replica of `model`, on each node; `ValueError` if the pool does not offer them.

    CPU and memory that the settings leave out are the share of a node that the replica's GPUs are.
    """
    resource = gpu_resource(model.slice, pool)
    share = share_of_node(pool, resource, model.gpus)
    node = free_capacity(pool)
    cpu = _whole(amount(model.cpu) * 1000) if model.cpu else _fair(node.cpu_millis, share, _CPU_STEP)
    memory = _whole(amount(model.memory)) if model.memory else _fair(node.memory_bytes, share, _MEMORY_STEP)
    return Request(cpu_millis=cpu, memory_bytes=memory, resource=resource, count=model.gpus)


def share_of_node(pool: Pool, resource: str, count: int) -> Fraction:
    """Fraction of a node's GPUs that `count` of `resource` uses; `ValueError` if the node offers none.

    MIG instances are weighted by their memory, so the shares of a mixed layout also add up to one node.
    """
    if resource not in pool.gpu_resources:
        raise ValueError(
            f"pool {pool.name} offers {' and '.join(pool.gpu_resources) or 'no GPU'}, not {resource}"
        )
    weights = _weights(pool)
    return Fraction(
        weights[resource] * count, sum(weights[name] * n for name, n in pool.gpu_resources.items())
    )


def gpu_resource(slice: str | None, pool: Pool) -> str:
    """Extended resource of a MIG profile, or of the pool's GPUs where none is named; `ValueError` where the
    pool has several."""
    if slice:
        return mig_resource(slice)
    if not (pool.sharing and pool.sharing.mig):
        return GPU_RESOURCE
    if len(pool.gpu_resources) > 1:
        raise ValueError(f"pool {pool.name} offers {' and '.join(pool.gpu_resources)}: expected a slice")
    return next(iter(pool.gpu_resources))


def _weights(pool: Pool) -> dict[str, int]:
    """Memory slices of each resource that the pool offers; all alike where the GPUs are whole."""
    if not (pool.gpu and pool.sharing and pool.sharing.mig):
        return dict.fromkeys(pool.gpu_resources, 1)
    return {mig_resource(name): pool.gpu.profiles[name].memory_slices for name in pool.sharing.mig}


def _fair(room: int, share: Fraction, step: int) -> int:
    """Rounded down to whole steps, or as it is where it is less than one."""
    exact = int(room * share)
    return exact // step * step or max(1, exact)


def _whole(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))
