"""Nodes of each pool: their number, kubelets and allocatable resources."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from gpu_cluster.capacity import Pool, kubelet_version
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.quantity import amount
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.api_server import ApiServer, Object
from gpu_cluster_tools.doctor.check import Check, Group
from gpu_cluster_tools.doctor.node_facts import allocatable, is_ready, of_pool
from gpu_cluster_tools.verify.measurement import Measurement, measured
from gpu_cluster_tools.verify.pods import is_simulated, name_of

_NODES = Group("nodes")
_SHOWN = 3


def nodes(
    stack: Stack, pools: Mapping[str, Pool], found: Sequence[Object], api: ApiServer
) -> Iterator[Measurement]:
    """`found`: every node of the cluster."""
    server = _minor((api.get("/version") or {}).get("gitVersion", ""))
    for pool in pools.values():
        own = of_pool(pool, found)
        yield _count(pool, own)
        if not own:
            continue
        if kubelets := _kubelets(pool, own, _planned_version(stack, pool) or server):
            yield kubelets
        yield from _allocatable(pool, own)


def _count(pool: Pool, own: Sequence[Object]) -> Measurement:
    """A node beyond the least that is cordoned or not Ready stops no model, but is not as planned."""
    ready = [node for node in own if is_ready(node)]
    cordoned = [node for node in own if node["spec"].get("unschedulable")]
    least, most = pool.nodes.min, pool.nodes.max
    planned = f"{least} planned" if least == most else f"{least} to {most} planned"
    words = f"{len(ready)} ready, {planned}"
    numbers = {"ready": len(ready), "nodes": len(own), "least": least, "most": most}
    unready = [node for node in own if not is_ready(node)]
    if len(ready) < least:
        check = _NODES.fail(pool.name, f"{words}{_named('not ready', unready)}", "kubectl describe node")
    elif unready or cordoned:
        found = f"{words}{_named('not ready', unready)}{_named('cordoned', cordoned)}"
        check = _NODES.warn(pool.name, found)
    elif len(ready) > most:
        check = _NODES.warn(pool.name, words, "more nodes than the stack file allows, which adds cost")
    else:
        check = _NODES.ok(pool.name, words)
    return measured(check, **numbers, cordoned=len(cordoned))


def _planned_version(stack: Stack, pool: Pool) -> str | None:
    """Minor version of the kubelet as a whole release on EKS; None elsewhere, where it is the cluster's."""
    if not isinstance(stack.cluster, EksSettings):
        return None
    return _minor(kubelet_version(stack.pools[pool.name], stack.cluster.version))


def _kubelets(pool: Pool, own: Sequence[Object], planned: str | None) -> Measurement | None:
    """Nodes that an update has not reached yet have an older kubelet. Simulated nodes have none."""
    real = [node for node in own if not is_simulated(node)]
    if not (planned and real):
        return None
    name = f"{pool.name} kubelet"
    versions: list[str] = [node["status"].get("nodeInfo", {}).get("kubeletVersion", "none") for node in real]
    other = [version for version in versions if _minor(version) != planned]
    if other:
        found = f"{len(other)} of {len(real)} nodes have {', '.join(sorted(set(other)))}, expected {planned}"
        check = _NODES.warn(name, found, "these nodes are not updated yet")
    else:
        check = _NODES.ok(name, f"{', '.join(sorted(set(versions)))} on {len(real)} nodes")
    return measured(check, nodes=len(real), other=len(other))


def _allocatable(pool: Pool, own: Sequence[Object]) -> Iterator[Measurement]:
    """Less of an extended resource than planned is a fault; less CPU or memory may still hold all pods."""
    for resource, each in pool.extended.items():
        offered = [allocatable(node, resource) for node in own]
        lacking = [node for node, count in zip(own, offered, strict=True) if count < each]
        name = f"{pool.name} {resource}"
        total = int(sum(offered, Decimal(0)))
        words = f"{total} allocatable on {len(own)} nodes, expected {each * len(own)}"
        if lacking:
            check = _NODES.fail(name, f"{words}{_named('less on', lacking)}", _LACKING)
        elif any(count > each for count in offered):
            check = _NODES.warn(name, words, f"compare sharing of gpu-cluster:pools.{pool.name}")
        else:
            check = _NODES.ok(name, words)
        yield measured(check, allocatable=total, planned=each * len(own))
    yield _standard(pool, own)


_LACKING = "kubectl -n gpu-system get pods: the device plugin registers GPUs found by the driver"


def _standard(pool: Pool, own: Sequence[Object]) -> Measurement:
    """CPU, memory, disk and pods of the node that has the least of each.

    A kubelet without isolation of local storage reports no disk at all, and limits none.
    """
    quantities = pool.allocatable.quantities()
    reported = [
        key for key in quantities if any(key in node.get("status", {}).get("allocatable", {}) for node in own)
    ]
    planned = {key: amount(quantities[key]) for key in reported}
    least = {key: min(allocatable(node, key) for node in own) for key in planned}
    short = [key for key in planned if least[key] < planned[key]]
    name = f"{pool.name} allocatable"
    numbers = {f"{key}Least": float(least[key]) for key in planned}
    numbers |= {f"{key}Planned": float(planned[key]) for key in planned}
    if not short:
        parts = [f"{key} {_words(key, value)}" for key, value in least.items()]
        unknown = "".join(f"; {key} is not reported" for key in quantities if key not in reported)
        check: Check = _NODES.ok(name, f"at least {', '.join(parts)} per node, as planned or more{unknown}")
    else:
        parts = [f"{key} {_words(key, least[key])}, {_words(key, planned[key])} planned" for key in short]
        check = _NODES.warn(name, "; ".join(parts), "planned pods may not fit")
    return measured(check, **numbers)


def _words(resource: str, value: Decimal) -> str:
    match resource:
        case "cpu":
            return f"{value:.2f}"
        case "pods":
            return f"{value:.0f}"
        case _:
            return f"{value / 1024**3:.1f} GiB"


def _named(state: str, affected: Sequence[Object]) -> str:
    """`; not ready: l4-0, l4-1`, or nothing."""
    if not affected:
        return ""
    names = [name_of(node) for node in affected]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"; {state}: {', '.join(names[:_SHOWN])}{more}"


def _minor(version: str) -> str | None:
    """1.35 of v1.35.6-eks-1234567; None if it is not a version."""
    parts = version.removeprefix("v").split(".")
    return ".".join(parts[:2]) if len(parts) > 1 and parts[0].isdigit() else None
