"""A device plugin on nodes that are not its own, twice on one node, or without a view of the GPUs."""

import base64
import json
import tomllib
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
        name: int(pool.gpus > 0 and name != "l4") for name, pool in nodes.items()
    }


def test_the_plugin_that_an_image_brings_along_stays_the_only_one() -> None:
    settings = tomllib.loads(base64.b64decode(template(graph(), "l4")["userData"]).decode())["settings"]
    assert settings.get("kubelet-device-plugins", {}).get("nvidia", {}).get("enabled", True)


def test_a_plugin_sees_all_gpus_and_hands_them_out_though_the_runtime_reads_no_variable() -> None:
    plugin = graph().get("DaemonSet", "nvidia-device-plugin-h100")["spec.template.spec"]
    [container] = plugin["containers"]
    assert container["securityContext"]["capabilities"]["add"] == ["SYS_ADMIN"]
    config = json.loads(graph().get("ConfigMap", "nvidia-device-plugin")["data"]["h100"])
    assert config["flags"]["plugin"]["deviceListStrategy"] == ["cdi-cri"]
    paths = {each["mountPath"] for each in container["volumeMounts"]}
    assert {"/driver-root", "/var/run/cdi"} <= paths
