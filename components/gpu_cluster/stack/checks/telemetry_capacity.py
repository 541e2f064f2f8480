"""Capacity for telemetry, logs and GPU repair: the largest pod fits a node, and all pods fit the nodes."""

from collections.abc import Iterable, Iterator, Mapping

from gpu_cluster.capacity import Pool
from gpu_cluster.capacity.repair_requests import GPU_REPAIR, repair_requests
from gpu_cluster.capacity.telemetry_requests import exporter_requests, telemetry_requests
from gpu_cluster.config.logs import LOG_COLLECTOR
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.telemetry import PROMETHEUS
from gpu_cluster.stack.checks.cpu_and_memory import MIB, UNITS, free_on_node, named, number
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_TELEMETRY: Keys = ("telemetry",)
_LOGS: Keys = ("logs",)
_REPAIR: Keys = ("gpu", "repair")


def telemetry_capacity(
    stack: Stack, offered: Mapping[str, Pool], broken: frozenset[Keys]
) -> Iterator[Diagnostic]:
    requests = {**telemetry_requests(stack), **repair_requests(stack)}
    if not (requests and offered) or any(keys[0] == "pools" for keys in broken):
        return
    section = _section(requests)
    exporters = exporter_requests(stack)
    open_pools = {name: pool for name, pool in offered.items() if not pool.taints}
    for key, unit in UNITS.items():
        asked = {server: number(key, request[key]) for server, request in requests.items()}
        problem = (
            _short_of_nodes(open_pools, asked, key, unit)
            if open_pools
            else _short_of_reserve(offered, asked, exporters, key, unit)
        )
        if problem:
            yield Diagnostic((*section, key) if section == _TELEMETRY else section, problem)


def _section(requests: Mapping[str, Mapping[str, str]]) -> Keys:
    """Keys of the section that requests the most."""
    if PROMETHEUS in requests:
        return _TELEMETRY
    return _LOGS if LOG_COLLECTOR in requests else _REPAIR


def _short_of_nodes(pools: Mapping[str, Pool], asked: Mapping[str, int], key: str, unit: str) -> str | None:
    """Check capacity of pools without taints."""
    free = {name: free_on_node(pool, key) for name, pool in pools.items()}
    server = PROMETHEUS if PROMETHEUS in asked else next(iter(asked))
    largest, total = asked[server], sum(asked.values())
    name = max(free, key=lambda each: free[each])
    if largest > free[name]:
        called = "Prometheus" if server == PROMETHEUS else f"the {server}"
        return f"{called} requests {largest}{unit}, and a node of pool {name} has {free[name]}{unit} free"
    most = sum(free[name] * pool.nodes.max for name, pool in pools.items())
    if total > most:
        return f"{_asking(asked)} {total}{unit}, and all nodes of {named(pools)} have {most}{unit} free"
    return None


def _short_of_reserve(
    pools: Mapping[str, Pool],
    asked: Mapping[str, int],
    exporters: Iterable[Mapping[str, str]],
    key: str,
    unit: str,
) -> str | None:
    """If all pools have taints, these pods run on model nodes within the reserve."""
    total = sum(asked.values()) + sum(number(key, each[key]) for each in exporters)
    kept = {
        name: pool.reserved_cpu_millis if key == "cpu" else pool.reserved_memory_bytes // MIB
        for name, pool in pools.items()
    }
    name = max(kept, key=lambda each: kept[each])
    if total <= kept[name]:
        return None
    return (
        f"{_asking(asked)} {total}{unit} next to models, and a node of pool {name} keeps "
        f"{kept[name]}{unit} "
        f"free; raise pools.{name}.reserve.{key}, or add a pool without GPUs"
    )


def _asking(servers: Iterable[str]) -> str:
    """Subject and verb: `telemetry requests`, `logs request`, `telemetry and GPU repair request`."""
    names = set(servers)
    asking = ["telemetry"] if PROMETHEUS in names else ["logs"] if LOG_COLLECTOR in names else []
    asking += ["GPU repair"] if GPU_REPAIR in names else []
    return f"{' and '.join(asking)} {'request' if len(asking) > 1 or asking == ['logs'] else 'requests'}"
