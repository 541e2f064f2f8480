"""The gateway fits its nodes, beside telemetry and logs where they share nodes."""

from collections.abc import Iterator, Mapping

from gpu_cluster.capacity import Pool, picked_models
from gpu_cluster.capacity.gateway_requests import gateway_pods
from gpu_cluster.capacity.repair_requests import GPU_REPAIR, repair_requests
from gpu_cluster.capacity.telemetry_requests import telemetry_requests
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.cpu_and_memory import UNITS, free_on_node, named, number
from gpu_cluster.stack.diagnostic import Diagnostic, Keys


def gateway_capacity(
    stack: Stack, offered: Mapping[str, Pool], broken: frozenset[Keys]
) -> Iterator[Diagnostic]:
    settings = stack.gateway
    if settings is None or any(keys[0] == "pools" for keys in broken):
        return
    if settings.pool:
        pools = {name: pool for name, pool in offered.items() if name == settings.pool}
        beside: Mapping[str, Mapping[str, str]] = {}
    else:
        pools = {name: pool for name, pool in offered.items() if not pool.taints}
        beside = {**telemetry_requests(stack), **repair_requests(stack)}
    pods = gateway_pods(settings, len(picked_models(settings, stack.serving.models)))
    if not (pods and pools):
        return
    for key, unit in UNITS.items():
        others = sum(number(key, request[key]) for request in beside.values())
        asked = sum(number(key, request[key]) for request in pods)
        largest = max(number(key, request[key]) for request in pods)
        free = {name: free_on_node(pool, key) for name, pool in pools.items()}
        # A node with less free than the largest pod requests holds none of it.
        most = sum(free[name] * pool.nodes.max for name, pool in pools.items() if free[name] >= largest)
        if asked + others > most:
            named_others = "telemetry, logs and GPU repair" if GPU_REPAIR in beside else "telemetry and logs"
            also = f" beside {others}{unit} of {named_others}" if others else ""
            message = (
                f"its pods request {asked}{unit} during an update{also}, and all nodes of "
                f"{named(pools)} have {most}{unit} free for them; raise nodes, or name a pool with more"
            )
            yield Diagnostic(("gateway", "pool") if settings.pool else ("gateway",), message)
