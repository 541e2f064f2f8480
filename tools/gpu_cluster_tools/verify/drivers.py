"""Branch of the NVIDIA driver on the nodes of each pool, by the labels of GPU feature discovery."""

from collections.abc import Iterator, Mapping, Sequence

from gpu_cluster.capacity import Pool
from gpu_cluster.catalog import VLLM_DRIVER
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.api_server import Object
from gpu_cluster_tools.doctor.check import Group
from gpu_cluster_tools.doctor.node_facts import DRIVER_LABELS, driver_branch, of_pool
from gpu_cluster_tools.verify.measurement import Measurement, measured
from gpu_cluster_tools.verify.pods import is_simulated

_DRIVERS = Group("driver")


def drivers(stack: Stack, pools: Mapping[str, Pool], found: Sequence[Object]) -> Iterator[Measurement]:
    """Driver checks, one per GPU pool with nodes. `found`: all nodes of the cluster."""
    served = {model.pool for model in stack.serving.models.values()}
    for pool in pools.values():
        own = of_pool(pool, found)
        if own and pool.gpus:
            yield _driver(pool, own, serves=pool.name in served)


def _driver(pool: Pool, own: Sequence[Object], *, serves: bool) -> Measurement:
    real = [node for node in own if not is_simulated(node)]
    if not real:
        return measured(_DRIVERS.skip(pool.name, "its nodes are simulated and have no driver"))
    majors = [driver_branch(node) or "" for node in real]
    known = sorted({int(major) for major in majors if major.isdigit()})
    numbers = {"nodes": len(real), **({"oldest": known[0], "newest": known[-1]} if known else {})}
    if not known:
        found = f"no node has the label {DRIVER_LABELS[0]}"
        return measured(
            _DRIVERS.skip(pool.name, found, "install GPU feature discovery, or check with nvidia-smi")
        )
    words = f"branch {', '.join(map(str, known))} on {len(real)} nodes"
    if serves and known[0] < VLLM_DRIVER:
        advice = f"install a driver of branch {VLLM_DRIVER} on the node"
        return measured(
            _DRIVERS.fail(pool.name, f"{words}; vLLM requires {VLLM_DRIVER} or later", advice), **numbers
        )
    if "" in majors or len(known) > 1:
        unknown = f"; {majors.count('')} of them have no label {DRIVER_LABELS[0]}" if "" in majors else ""
        return measured(
            _DRIVERS.warn(pool.name, f"{words}{unknown}", "nodes of a pool should be identical"), **numbers
        )
    return measured(_DRIVERS.ok(pool.name, words), **numbers)
