"""Image volumes: whether the nodes of models mount them, by the versions that each node reports."""

import re
from collections.abc import Iterator, Mapping

from gpu_cluster.capacity import Pool
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.image_volumes import IMAGE_VOLUMES_SINCE
from gpu_cluster_tools.doctor.api_server import Object
from gpu_cluster_tools.doctor.check import Check, Group
from gpu_cluster_tools.doctor.node_facts import of_pool

_NODES = Group("cluster")
_RUNTIMES = {"containerd": (2, 1), "cri-o": (1, 31)}
"""Releases since which runtimes mount images: containerd/containerd pull request 10579; CRI-O's
documentation of its 1.31, as the Kubernetes blog of 2024-08-16 has it."""

_VERSION = re.compile(r"v?(\d+)\.(\d+)")


def image_volumes(stack: Stack, pools: Mapping[str, Pool], nodes: list[Object]) -> Iterator[Check]:
    models = stack.serving.models.values()
    served = {it.pool for it in models if stack.serving.prefetch or it.weights_image}
    for key in sorted(served & pools.keys()):
        own = of_pool(pools[key], nodes)
        if own:
            yield _mounted(f"{key} image volumes", own)


def _mounted(name: str, nodes: list[Object]) -> Check:
    lacking: set[str] = set()
    unknown = 0
    for node in nodes:
        info = node.get("status", {}).get("nodeInfo", {})
        kubelet = _numbers(info.get("kubeletVersion", ""))
        runtime, _, version = info.get("containerRuntimeVersion", "").partition("://")
        if kubelet is None or runtime not in _RUNTIMES or (numbers := _numbers(version)) is None:
            unknown += 1
            continue
        if kubelet < IMAGE_VOLUMES_SINCE:
            lacking.add(f"kubelet {info['kubeletVersion']}")
        if numbers < _RUNTIMES[runtime]:
            lacking.add(f"{runtime} {version}")
    if lacking:
        found = f"{', '.join(sorted(lacking))} on nodes of the pool"
        return _NODES.fail(name, found, "nodes of Kubernetes 1.35 or later with containerd 2.1 or later")
    if unknown:
        return _NODES.skip(name, f"{unknown} of {len(nodes)} nodes do not say versions that are known")
    return _NODES.ok(name, f"{len(nodes)} nodes mount images")


def _numbers(version: str) -> tuple[int, int] | None:
    found = _VERSION.match(version)
    return (int(found[1]), int(found[2])) if found else None
