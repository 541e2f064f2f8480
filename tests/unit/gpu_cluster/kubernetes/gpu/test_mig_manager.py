from typing import Any

import pytest

from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.kubernetes.gpu.eks import POOLS, devices, pod, pools, required

NAME = "nvidia-mig-manager-small"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return devices(pools(**POOLS))


def templates(graph: Graph) -> dict[str, Any]:
    return {each["metadata.name"]: each["spec.template"] for each in graph.of("DaemonSet")}


def configurations(graph: Graph) -> dict[str, Any]:
    return {each["metadata.name"]: each["data"] for each in graph.of("ConfigMap")}


def test_mig_manager_runs_only_on_its_pool_and_tolerates_only_its_taints(graph: Graph) -> None:
    assert required(graph, NAME) == {"gpu-cluster/pool": ["small"]}
    assert [taint["key"] for taint in pod(graph, NAME)["tolerations"]] == ["nvidia.com/gpu"]


def test_mig_manager_reads_the_layouts_of_the_gpu_of_its_pool(graph: Graph) -> None:
    config_map = graph.get("ConfigMap", "nvidia-mig-manager")
    assert set(config_map["data"]) == {"clients.yaml", "A100-40GB", "H100"}
    for pool, gpu in {"small": "H100", "mixed": "A100-40GB"}.items():
        spec = pod(graph, f"nvidia-mig-manager-{pool}")
        [volume] = [each for each in spec["volumes"] if each["name"] == "config"]
        assert {"key": gpu, "path": "config.yaml"} in volume["configMap"]["items"]


def test_device_plugin_waits_for_the_mig_configuration_of_the_node(graph: Graph) -> None:
    divided = {"nvidia.com/mig.config.state": ["success"]}
    assert required(graph, "nvidia-device-plugin-small") == {"gpu-cluster/pool": ["small"]} | divided
    assert required(graph, "nvidia-device-plugin-l4") == {"gpu-cluster/pool": ["l4"]}


def test_mig_manager_stops_the_device_plugin_of_mig_pools_first(graph: Graph) -> None:
    label = {"app": "nvidia-device-plugin-daemonset"}
    assert label.items() <= templates(graph)["nvidia-device-plugin-small"]["metadata"]["labels"].items()
    assert "app" not in templates(graph)["nvidia-device-plugin-l4"]["metadata"]["labels"]
    [container] = pod(graph, NAME)["containers"]
    environment = {each["name"]: each.get("value") for each in container["env"]}
    assert environment["DEFAULT_GPU_CLIENTS_NAMESPACE"] == "gpu-system"


def test_changed_mig_layout_changes_no_objects_in_the_cluster(graph: Graph) -> None:
    """A changed layout means new nodes: no pod on nodes of the old layout restarts."""
    changed = POOLS | {"small": POOLS["small"] | {"sharing": {"mig": {"3g.40gb": 2}}}}

    other = devices(pools(**changed))

    assert templates(other) == templates(graph)
    assert configurations(other) == configurations(graph)


def test_mig_manager_reads_nodes_and_pods_and_patches_only_its_node(graph: Graph) -> None:
    assert graph.only("ClusterRole")["rules"] == [
        {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch", "patch"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]},
    ]
    policy = graph.only("ValidatingAdmissionPolicy")
    assert policy["spec.failurePolicy"] == "Fail"
    [condition] = policy["spec.matchConditions"]
    assert "'system:serviceaccount:gpu-system:nvidia-mig-manager'" in condition["expression"]
    binding = graph.only("ValidatingAdmissionPolicyBinding")
    assert binding["spec.policyName"] == policy["metadata.name"]
    assert binding["spec.validationActions"] == ["Deny"]
    for daemon_set in graph.of("DaemonSet"):
        if daemon_set["metadata.name"].startswith("nvidia-mig-manager"):
            assert graph.waits_for(daemon_set, binding)


def test_only_the_mig_manager_reaches_the_api_server(graph: Graph) -> None:
    ways = {each["metadata.name"]: each["spec"] for each in graph.of("NetworkPolicy")}
    assert set(ways) == {"default-deny", "allow-nvidia-mig-manager"}
    allowed = ways["allow-nvidia-mig-manager"]
    assert allowed["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "nvidia-mig-manager"}
    assert allowed["egress"] == [{"ports": [{"port": 443, "protocol": "TCP"}]}]
    tokens = [
        name
        for name, template in templates(graph).items()
        if any(volume["name"] == "api-token" for volume in template["spec"]["volumes"])
    ]
    assert sorted(tokens) == ["nvidia-mig-manager-mixed", "nvidia-mig-manager-small"]
