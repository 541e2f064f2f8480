"""Search for the layout and the load with the cheapest tokens that meet a target on a node."""

from collections.abc import Iterator

from gpu_cluster.capacity.engine_options import engine_options
from gpu_cluster.capacity.model_memory import Device, device_of
from gpu_cluster_tools.throughput.estimate import Layout, NoData, Target, Workload
from gpu_cluster_tools.throughput.gpu_node import GpuNode
from gpu_cluster_tools.throughput.served_model import NO_ROOM, Served, ServedModel, unmeasured_node

_CONCURRENCY = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Numbers of concurrent requests that are tried."""


def cheapest(
    model: ServedModel, node: GpuNode, target: Target, input_tokens: int, output_tokens: int
) -> Served | NoData:
    """The layout and number of requests with the cheapest tokens among those that meet the target."""
    reason = unmeasured_node(node)
    if node.gpu is None or reason:
        return NoData(reason or "no GPU")
    device = device_of(node.gpu, None, None, model.settings.gpu_memory_utilization)
    found = list(_tried(model, node, device, input_tokens, output_tokens))
    met = [it for it in found if isinstance(it, Served) and target.met_by(it.speed)]
    if met:
        return max(met, key=lambda it: it.speed.tokens_per_second / it.layout.gpus)
    if any(isinstance(it, Served) for it in found):
        return NoData("does not meet the target")
    reasons = [it.reason for it in found if isinstance(it, NoData) and it.reason != NO_ROOM]
    return NoData(reasons[0] if reasons else "the model does not fit")


def _tried(
    model: ServedModel, node: GpuNode, device: Device, input_tokens: int, output_tokens: int
) -> Iterator[Served | NoData]:
    most = engine_options(model.settings).max_sequences or _CONCURRENCY[-1]
    tensor = 1
    while tensor <= node.gpus:
        layout = Layout(tensor, expert=model.settings.expert_parallel)
        for concurrency in (each for each in _CONCURRENCY if each <= most):
            tried = model.estimate(node, layout, Workload(input_tokens, output_tokens, concurrency), device)
            yield tried
            if isinstance(tried, NoData):
                break  # more requests would not fit either
        tensor *= 2
