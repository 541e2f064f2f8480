"""A device plugin on nodes of another pool, twice on one node, or without access to the GPUs."""

import base64
import json
import tomllib
from functools import cache

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster.plan import Graph
from gpu_cluster_policies import Resource, pack_of
from tests.pains.platforms import edited, stack, template

BOTTLEROCKET = {"pools.l4.ami": {"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"}}
REQUIRED = (
    "spec.template.spec.affinity.nodeAffinity"
    ".requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
)


@cache
def graph() -> Graph:
    return edited("prod", BOTTLEROCKET)


def test_each_gpu_pool_has_its_own_device_plugin_and_no_other_node_has_one() -> None:
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


def test_device_plugin_of_the_image_is_the_only_one() -> None:
    settings = tomllib.loads(base64.b64decode(template(graph(), "l4")["userData"]).decode())["settings"]
    assert settings.get("kubelet-device-plugins", {}).get("nvidia", {}).get("enabled", True)


def test_device_plugin_uses_cdi_and_has_access_to_all_gpus() -> None:
    plugin = graph().get("DaemonSet", "nvidia-device-plugin-h100")["spec.template.spec"]
    [container] = plugin["containers"]
    assert container["securityContext"]["capabilities"]["add"] == ["SYS_ADMIN"]
    config = json.loads(graph().get("ConfigMap", "nvidia-device-plugin")["data"]["h100"])
    assert config["flags"]["plugin"]["deviceListStrategy"] == ["cdi-cri"]
    paths = {each["mountPath"] for each in container["volumeMounts"]}
    assert {"/driver-root", "/var/run/cdi"} <= paths


def test_admission_policy_denies_gpu_variables_in_team_pods() -> None:
    spec = graph().get("ValidatingAdmissionPolicy", "gpu-cluster-teams")["spec"]
    [choosing] = [json.loads(it["expression"]) for it in spec["variables"] if it["name"] == "choosing"]
    assert "NVIDIA_VISIBLE_DEVICES" in choosing
    assert any("!(each.name in variables.choosing)" in it["expression"] for it in spec["validations"])


@pytest.mark.parametrize("variable", ["NVIDIA_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES"])
def test_pod_that_chooses_gpus_by_a_variable_has_a_finding(variable: str) -> None:
    container = {"name": "work", "env": [{"name": variable, "value": "all"}]}
    pod = {
        "kind": "Pod",
        "metadata": {"name": "work", "namespace": "vision"},
        "spec": {"containers": [container]},
    }
    findings = pack_of("prod").check([Resource("Pod", pod)]).findings
    [found] = [it for it in findings if it.rule.id == "96-gpus-from-the-scheduler"]
    assert found.path == "spec.containers[0].env[0].value"
