import json
from typing import Any

import pytest

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.kubernetes.gpu import DevicePlugin
from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.kubernetes.gpu.eks import POOLS, devices, pools
from tests.unit.gpu_cluster.stacks import stack_of


def daemon_sets(graph: Graph) -> set[str]:
    return {each["metadata.name"] for each in graph.of("DaemonSet")}


def found(**settings: Any) -> dict[str, Pool]:
    """Pools of an existing cluster."""
    return pools_of(stack_of(pools=settings))


def test_each_pool_has_only_the_daemonsets_that_its_devices_need() -> None:
    assert daemon_sets(devices(pools(**POOLS))) == {
        "aws-efa-k8s-device-plugin-train",
        "nvidia-device-plugin-l4",
        "nvidia-device-plugin-mixed",
        "nvidia-device-plugin-small",
        "nvidia-device-plugin-train",
        "nvidia-mig-manager-mixed",
        "nvidia-mig-manager-small",
    }


def test_bottlerocket_pools_get_no_device_plugin() -> None:
    bottlerocket = {"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"}
    made = pools(l4=POOLS["l4"] | {"ami": bottlerocket}, other=POOLS["l4"])

    assert daemon_sets(devices(made)) == {"nvidia-device-plugin-other"}
    assert not DevicePlugin.wanted({"l4": made["l4"]}, gpus=True)


def test_device_plugin_on_amazon_linux_uses_cdi() -> None:
    graph = devices(pools(l4=POOLS["l4"]))
    pod = graph.get("DaemonSet", "nvidia-device-plugin-l4")["spec.template.spec"]
    [container] = pod["containers"]
    paths = {volume["name"]: volume.get("hostPath", {}).get("path") for volume in pod["volumes"]}
    mounted = {each["mountPath"]: paths[each["name"]] for each in container["volumeMounts"]}

    assert container["securityContext"]["capabilities"] == {"add": ["SYS_ADMIN"], "drop": ["ALL"]}
    assert (mounted["/driver-root"], mounted["/var/run/cdi"]) == ("/", "/var/run/cdi")
    config = json.loads(graph.get("ConfigMap", "nvidia-device-plugin")["data"]["l4"])
    assert config["flags"]["plugin"]["deviceListStrategy"] == ["cdi-cri"]


def test_only_the_efa_plugin_runs_without_gpu_management() -> None:
    made = pools(**POOLS)

    assert daemon_sets(devices(made, gpus=False)) == {"aws-efa-k8s-device-plugin-train"}
    assert DevicePlugin.wanted(made, gpus=False)


def test_pools_without_devices_need_no_plugin() -> None:
    assert not DevicePlugin.wanted(pools(system=POOLS["system"]), gpus=True)
    assert not DevicePlugin.wanted(pools(l4=POOLS["l4"]), gpus=False)


@pytest.mark.parametrize("labels", [{"rack": "r1"}, {"nvidia.com/mig.config": "all-1g.10gb"}])
def test_existing_servers_get_no_mig_manager(labels: dict[str, str]) -> None:
    made = found(
        h100={"instance": "p5.48xlarge", "nodes": 1, "sharing": POOLS["small"]["sharing"]}
        | {"labels": labels}
    )

    graph = devices(made, region=None)

    assert daemon_sets(graph) == {"nvidia-device-plugin-h100"}
    assert not graph.of("ValidatingAdmissionPolicy")


def test_all_objects_depend_on_the_gpu_system_namespace() -> None:
    graph = devices(pools(**POOLS))
    [namespace] = [each for each in graph.of("Namespace") if each.type.startswith("kubernetes:")]
    inside = [each for each in graph.resources if each.inputs.get("metadata", {}).get("namespace")]

    assert {each["metadata.namespace"] for each in inside} == {namespace["metadata.name"]} == {"gpu-system"}
    assert all(graph.waits_for(each, namespace) for each in inside)


def test_quota_fits_all_daemonsets_on_every_node() -> None:
    graph = devices(pools(**POOLS))

    assert graph.only("ResourceQuota")["spec.hard"] == {"pods": "15k"}
    assert {each["spec.template.spec.priorityClassName"] for each in graph.of("DaemonSet")} == {
        "system-node-critical"
    }


def test_efa_without_a_region_raises_value_error() -> None:
    with pytest.raises(ValueError, match="aws:region"):
        devices(pools(train=POOLS["train"]), region=None)
