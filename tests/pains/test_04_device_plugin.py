"""A device plugin on nodes that are not its own: none without GPUs, and never two on one node."""

import base64
from functools import cache

from components.pools import pools_of
from plan import Graph
from tests.pains.platforms import edited, stack, template

BOTTLEROCKET = {"pools.l4.ami": {"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"}}
REQUIRED = (
    "spec.template.spec.affinity.nodeAffinity"
    ".requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
)


@cache
def graph() -> Graph:
    return edited("prod", BOTTLEROCKET)


def test_each_pool_with_gpus_has_its_own_and_no_other_node_has_any() -> None:
    selected: list[dict[str, str]] = []
    plugins = [
        it for it in graph().of("DaemonSet") if it["metadata.name"].startswith("nvidia-device-plugin-")
    ]
    for plugin in plugins:
        [term] = plugin[REQUIRED]
        assert {it["operator"] for it in term["matchExpressions"]} == {"In"}
        selected.append({it["key"]: it["values"][0] for it in term["matchExpressions"]})
    nodes = {pool.name: pool for pool in pools_of(stack("prod", BOTTLEROCKET)).values()}
    meant = {
        name: [label for label in selected if label.items() <= pool.labels.items()]
        for name, pool in nodes.items()
    }
    assert {name: len(labels) for name, labels in meant.items()} == {
        name: int(pool.gpus > 0) for name, pool in nodes.items()
    }


def test_the_plugin_that_an_image_brings_along_is_off() -> None:
    settings = base64.b64decode(template(graph(), "l4")["userData"]).decode()
    assert "[settings.kubelet-device-plugins.nvidia]\nenabled = false\n" in settings
