import tomllib
from pathlib import Path

from gpu_cluster.capacity import pools_of
from gpu_cluster.stack import load
from gpu_cluster_tools.real_node.network import NODES, PODS, node_address, pod_range
from gpu_cluster_tools.real_node.node_files import containerd, kubelet, network, with_mounts

STACKS = Path(__file__).parents[4] / "stacks"


def test_kubelet_reserves_resources_like_machines_of_the_pool() -> None:
    pool = pools_of(load(STACKS / "Pulumi.local.yaml"))["l4"]
    settings = kubelet(pool, 1, address="10.201.0.2", authority=Path("/ca.crt"), cgroup="gpu-cluster-x-l4-1")
    kept = settings["kubeReserved"]
    assert pool.capacity.cpu_millis - int(kept["cpu"].removesuffix("m")) == pool.allocatable.cpu_millis
    evicted = settings["evictionHard"]["memory.available"]
    memory = pool.capacity.memory_bytes // 1024 - sum(int(it[:-2]) for it in (kept["memory"], evicted))
    assert memory == pool.allocatable.memory_bytes // 1024
    assert settings["cgroupRoot"] == "/gpu-cluster-x-l4-1"


def test_nodes_have_their_own_addresses_and_pod_ranges() -> None:
    assert [node_address(number) for number in range(2)] == ["10.201.0.1", "10.201.0.2"]
    ranges = [network(number, Path("/x"))["plugins"][0]["ipam"]["ranges"] for number in range(2)]
    assert ranges == [[[{"subnet": "10.202.1.0/24"}]], [[{"subnet": "10.202.2.0/24"}]]]
    assert not NODES.overlaps(PODS)
    assert pod_range(0) != pod_range(1)


def test_runtime_writes_only_to_the_folder_of_its_node(tmp_path: Path) -> None:
    configuration = containerd(tmp_path, plugins=Path("/plugins"), runc=Path("/programs/runc"))
    assert f'root = "{tmp_path}/containerd"' in configuration
    assert f'state = "{tmp_path}/containerd-state"' in configuration
    assert f'conf_dir = "{tmp_path}/cni"' in configuration
    assert 'BinaryName = "/programs/runc"' in configuration


def test_runtime_uses_the_base_specification_if_given(tmp_path: Path) -> None:
    configuration = containerd(
        tmp_path, plugins=Path("/plugins"), runc=Path("/runc"), specification=Path("/node/container.json")
    )
    options = tomllib.loads(configuration)["plugins"]["io.containerd.grpc.v1.cri"]["containerd"]["runtimes"]
    assert options["runc"]["base_runtime_spec"] == "/node/container.json"
    without = containerd(tmp_path, plugins=Path("/plugins"), runc=Path("/runc"))
    assert "base_runtime_spec" not in without


def test_mounts_are_added_read_only() -> None:
    default = {"ociVersion": "1.2.1", "mounts": [{"destination": "/proc"}]}
    found = with_mounts(default, {"/opt/vllm-cpu": "/tools/vllm-cpu"})
    assert found["ociVersion"] == "1.2.1"
    assert [it["destination"] for it in found["mounts"]] == ["/proc", "/opt/vllm-cpu"]
    assert "ro" in found["mounts"][1]["options"]
    assert len(default["mounts"]) == 1
