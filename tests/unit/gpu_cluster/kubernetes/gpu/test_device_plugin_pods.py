import json
from typing import Any

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster.kubernetes.gpu import DevicePlugin
from gpu_cluster.plan import Graph, Registered
from tests.unit.gpu_cluster.stacks import stack_of
from tests.unit.graph import graph_of

POOLS: dict[str, Any] = {
    "whole": {"instance": "g6.4xlarge", "nodes": 1, "labels": {"rack": "r1"}},
    "sliced": {"instance": "g6.4xlarge", "nodes": 1, "sharing": {"timeSlicing": 4}, "labels": {"rack": "r2"}},
    "mps": {"instance": "g6.4xlarge", "nodes": 1, "sharing": {"mps": 4}, "labels": {"rack": "r3"}},
    "mig": {
        "instance": "p5.48xlarge",
        "nodes": 1,
        "sharing": {"mig": {"1g.10gb": 7}},
        "taints": {"team": {"value": "vision"}},
        "labels": {"rack": "r4"},
    },
}


def plugin(**pools: Any) -> Graph:
    made = pools_of(stack_of(pools=pools))
    return graph_of(lambda: DevicePlugin("gpu", made, gpus=True, mirror=None, region=None))


@pytest.fixture(scope="module")
def graph() -> Graph:
    return plugin(**POOLS)


def pod(graph: Graph, pool: str, program: str = "nvidia-device-plugin") -> dict[str, Any]:
    return graph.get("DaemonSet", f"{program}-{pool}")["spec.template.spec"]


def container(graph: Graph, pool: str) -> dict[str, Any]:
    [only] = pod(graph, pool)["containers"]
    return only


def environment(graph: Graph, pool: str) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in container(graph, pool)["env"]}


def test_each_pool_has_a_device_plugin_and_only_mps_pools_an_mps_daemon(graph: Graph) -> None:
    assert {d["metadata.name"] for d in graph.of("DaemonSet")} == {
        "nvidia-device-plugin-whole",
        "nvidia-device-plugin-sliced",
        "nvidia-device-plugin-mps",
        "nvidia-device-plugin-mig",
        "nvidia-mps-mps",
    }


@pytest.mark.parametrize(("pool", "rack"), [("whole", "r1"), ("mig", "r4")])
def test_device_plugin_runs_only_on_nodes_of_its_pool(graph: Graph, pool: str, rack: str) -> None:
    affinity = pod(graph, pool)["affinity"]["nodeAffinity"]
    [term] = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert term["matchExpressions"] == [{"key": "rack", "operator": "In", "values": [rack]}]


def test_device_plugin_tolerates_only_the_taints_of_its_pool(graph: Graph) -> None:
    assert [t["key"] for t in pod(graph, "whole")["tolerations"]] == ["nvidia.com/gpu"]
    assert [t["key"] for t in pod(graph, "mig")["tolerations"]] == ["nvidia.com/gpu", "team"]


def test_device_plugin_reads_the_configuration_of_its_pool(graph: Graph) -> None:
    data = graph.only("ConfigMap")["data"]
    assert set(data) == set(POOLS)
    assert json.loads(data["sliced"])["sharing"]["timeSlicing"]["resources"][0]["replicas"] == 4
    for pool in POOLS:
        [volume] = [v for v in pod(graph, pool)["volumes"] if v["name"] == "config"]
        assert volume["configMap"]["items"] == [{"key": pool, "path": "config.yaml"}]
        assert environment(graph, pool)["CONFIG_FILE"] == "/config/config.yaml"


def test_changed_sharing_rolls_only_the_device_plugin_of_the_pool(graph: Graph) -> None:
    changed = plugin(**POOLS | {"sliced": POOLS["sliced"] | {"sharing": {"timeSlicing": 2}}})

    def templates(g: Graph) -> dict[str, Any]:
        return {d["metadata.name"]: d["spec.template"] for d in g.of("DaemonSet")}

    before, after = templates(graph), templates(changed)
    assert {name for name in before if before[name] != after[name]} == {"nvidia-device-plugin-sliced"}


@pytest.mark.parametrize("pool", POOLS)
def test_environment_does_not_override_the_configuration_file(graph: Graph, pool: str) -> None:
    named = environment(graph, pool)
    assert "MIG_STRATEGY" not in named
    assert "FAIL_ON_INIT_ERROR" not in named
    assert named["MOFED_ENABLED"] == "false"


@pytest.mark.parametrize(
    ("pool", "added"), [("whole", None), ("sliced", None), ("mps", None), ("mig", ["SYS_ADMIN"])]
)
def test_only_mig_device_plugins_have_an_added_capability(
    graph: Graph, pool: str, added: list[str] | None
) -> None:
    context = container(graph, pool)["securityContext"]
    assert context["capabilities"].get("add") == added
    assert context["capabilities"]["drop"] == ["ALL"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["readOnlyRootFilesystem"] is True
    assert "privileged" not in context


def test_mps_daemon_shares_memory_with_the_device_plugin(graph: Graph) -> None:
    daemon, beside = pod(graph, "mps", "nvidia-mps"), pod(graph, "mps")
    assert daemon["hostPID"] is True
    assert daemon["initContainers"][0]["volumeMounts"][0]["mountPropagation"] == "Bidirectional"
    paths = [
        {v["name"]: v["hostPath"]["path"] for v in spec["volumes"] if v["name"].startswith("mps-")}
        for spec in (daemon, beside)
    ]
    assert paths[0] == paths[1] == {"mps-root": "/run/nvidia/mps", "mps-shm": "/run/nvidia/mps/shm"}
    assert environment(graph, "mps")["MPS_ROOT"] == "/run/nvidia/mps"


def test_device_plugin_pods_have_no_network_or_api_access(graph: Graph) -> None:
    assert {p["metadata.name"] for p in graph.of("NetworkPolicy")} == {"default-deny"}
    for daemon_set in graph.of("DaemonSet"):
        spec = daemon_set["spec.template.spec"]
        assert spec["automountServiceAccountToken"] is False
        assert "hostNetwork" not in spec
    assert not graph.of("ClusterRole")


@pytest.mark.parametrize("daemon_set", ["nvidia-device-plugin-whole", "nvidia-mps-mps"])
def test_device_plugin_is_node_critical_and_has_resource_limits(graph: Graph, daemon_set: str) -> None:
    made: Registered = graph.get("DaemonSet", daemon_set)
    assert made["spec.template.spec.priorityClassName"] == "system-node-critical"
    resources = made["spec.template.spec.containers.0.resources"]
    assert set(resources["requests"]) == {"cpu", "memory"}
    assert "memory" in resources["limits"]
