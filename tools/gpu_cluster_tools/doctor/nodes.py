"""The nodes of a cluster: those that each pool is found by, and the GPUs that they offer."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from gpu_cluster.capacity import Pool
from gpu_cluster.catalog import VLLM_DRIVER
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.api_server import ApiServer, Object
from gpu_cluster_tools.doctor.check import Check, Group
from gpu_cluster_tools.doctor.image_volumes import image_volumes
from gpu_cluster_tools.doctor.node_facts import (
    DRIVER_LABELS,
    allocatable,
    driver_branch,
    is_ready,
    labels_of,
    of_pool,
)

_NODES = Group("cluster")
_OURS = {"app.kubernetes.io/part-of": "gpu-cluster"}
"""Labels of the platform's own device plugins."""


def nodes(stack: Stack, pools: Mapping[str, Pool], api: ApiServer) -> Iterator[Check]:
    found = api.items("/api/v1/nodes")
    if found is None:
        yield _NODES.skip("nodes", "not authorized to list nodes")
        return
    made = stack.cluster.provider != "existing"
    served = {model.pool for model in stack.serving.models.values()}
    for pool in pools.values():
        own = of_pool(pool, found)
        yield _count(pool, own, made=made)
        if own:
            yield from _gpus(pool, own, plugin=stack.gpu.device_plugin)
        if own and not made and pool.name in served:
            yield _driver(pool, own)
    yield from image_volumes(stack, pools, found)
    yield from _plugins(stack, api)


def _count(pool: Pool, own: list[Object], *, made: bool) -> Check:
    """`made`: whether the platform starts the nodes, so that there may be none yet."""
    labels = ", ".join(f"{key}={value}" for key, value in pool.selector.items())
    ready = sum(map(is_ready, own))
    if ready >= pool.nodes.min:
        return _NODES.ok(pool.name, f"{ready} nodes with {labels} are ready")
    found = f"{ready} nodes with {labels} are ready, but nodes.min is {pool.nodes.min}"
    if made:
        return _NODES.warn(pool.name, found, "an update starts them")
    if not own:
        return _NODES.fail(pool.name, found, f"kubectl label node NODE {labels.replace(', ', ' ')}")
    return _NODES.fail(pool.name, found)


def _driver(pool: Pool, own: list[Object]) -> Check:
    """Whether models can run on the node; EKS images have the driver, and other nodes have a label for it."""
    name = f"{pool.name} driver"
    majors = [driver_branch(node) for node in own]
    old = sorted({each for each in majors if each and int(each) < VLLM_DRIVER})
    if old:
        found = f"driver {', '.join(old)} on a node of the pool; vLLM requires {VLLM_DRIVER} or later"
        return _NODES.fail(name, found, f"install a driver of branch {VLLM_DRIVER} on the node")
    unknown = majors.count(None)
    if unknown:
        found = (
            f"{unknown} of {len(own)} nodes have no label {DRIVER_LABELS[0]}, so their driver is not checked"
        )
        return _NODES.warn(
            name, found, f"compare the driver in nvidia-smi with {VLLM_DRIVER}, or run GPU feature discovery"
        )
    return _NODES.ok(name, f"{', '.join(sorted(filter(None, set(majors))))} on {len(own)} nodes")


def _gpus(pool: Pool, own: list[Object], *, plugin: bool) -> Iterator[Check]:
    for resource, each in pool.gpu_resources.items():
        offered = sum((allocatable(node, resource) for node in own), Decimal(0))
        expected = each * len(own)
        name = f"{pool.name} GPUs"
        if offered == expected:
            yield _NODES.ok(name, f"{offered} x {resource} on {len(own)} nodes")
        elif offered:
            found = f"{offered} x {resource} on {len(own)} nodes, expected {expected}"
            yield _NODES.fail(name, found, f"check gpus and sharing of gpu-cluster:pools.{pool.name}")
        elif plugin:
            yield _NODES.warn(name, f"no {resource} yet", "the platform's device plugin will register them")
        else:
            yield _NODES.fail(
                name,
                f"no node has {resource}, and gpu-cluster:gpu.devicePlugin is false",
                "set it to true, or check why the existing plugin finds no GPU",
            )


def _plugins(stack: Stack, api: ApiServer) -> Iterator[Check]:
    """Existing device plugins: with the platform's, two would run on a node."""
    sets = api.items("/apis/apps/v1/daemonsets")
    if sets is None:
        yield _NODES.skip("device plugin", "not authorized to list DaemonSets")
        return
    foreign = sorted(
        f"{it['metadata']['namespace']}/{it['metadata']['name']}"
        for it in sets
        if any("k8s-device-plugin" in image for image in _images(it))
        and not labels_of(it).items() >= _OURS.items()
    )
    if foreign and stack.gpu.device_plugin:
        yield _NODES.fail(
            "device plugin",
            f"{', '.join(foreign)} is already running, and the platform would add a second",
            "set gpu-cluster:gpu.devicePlugin to false, or remove it",
        )
    else:
        yield _NODES.ok("device plugin", ", ".join(foreign) or "none besides the platform's")


def _images(daemons: Object) -> Iterator[str]:
    yield from (container["image"] for container in daemons["spec"]["template"]["spec"]["containers"])
