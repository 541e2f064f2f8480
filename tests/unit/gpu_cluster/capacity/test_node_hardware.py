import pytest

from gpu_cluster.capacity.node_hardware import eks_hardware_of, hardware_of
from gpu_cluster.config.pools import PoolSettings


@pytest.mark.parametrize(
    ("instance", "cpu", "memory_mib", "pods"),
    [
        ("m7i.large", "1930m", 6903, "29"),
        ("m7i.xlarge", "3920m", 14162, "58"),
        ("m7g.xlarge", "3920m", 14103, "58"),
        ("g4dn.xlarge", "3920m", 14481, "29"),
        ("g6.4xlarge", "15890m", 57691, "234"),
        ("g6e.48xlarge", "191450m", 1449132, "492"),
        ("g7e.48xlarge", "191450m", 1932558, "632"),
        ("p4d.24xlarge", "95690m", 1082712, "737"),
        ("p5.4xlarge", "15890m", 240830, "118"),
        ("p5.48xlarge", "191450m", 1938410, "100"),
        ("p6-b300.48xlarge", "191450m", 3877198, "198"),
    ],
)
def test_allocatable_matches_the_karpenter_reference(
    instance: str, cpu: str, memory_mib: int, pods: str
) -> None:
    hardware = hardware_of(PoolSettings.model_validate({"instance": instance, "nodes": 1}))

    left = hardware.allocatable.quantities()

    assert (left["cpu"], left["memory"], left["pods"]) == (cpu, f"{memory_mib * 1024}Ki", pods)


@pytest.mark.parametrize(
    ("instance", "pods", "reserved_pods"),
    [
        ("g6.4xlarge", 110, 234),
        ("g6e.48xlarge", 250, 492),
        ("p4d.24xlarge", 250, 737),
        ("p5.48xlarge", 100, 100),
    ],
)
def test_amazon_linux_reserves_memory_for_the_eni_pod_limit(
    instance: str, pods: int, reserved_pods: int
) -> None:
    hardware = eks_hardware_of(PoolSettings.model_validate({"instance": instance, "nodes": 1}))
    reserved = hardware.capacity.memory_bytes - hardware.allocatable.memory_bytes

    assert hardware.allocatable.pods == pods
    assert reserved == (255 + 11 * reserved_pods + 100) * 1024**2


def test_bottlerocket_reserves_memory_for_the_eks_pod_limit() -> None:
    ami = {"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"}
    hardware = eks_hardware_of(
        PoolSettings.model_validate({"instance": "g6.4xlarge", "nodes": 1, "ami": ami})
    )
    reserved = hardware.capacity.memory_bytes - hardware.allocatable.memory_bytes

    assert reserved == (255 + 11 * 110 + 100) * 1024**2


def test_instance_memory_capacity_is_below_the_nominal_size() -> None:
    hardware = hardware_of(PoolSettings.model_validate({"instance": "m7i.xlarge", "nodes": 1}))
    assert hardware.capacity.memory_bytes == int(16 * 1024 * 0.925) * 1024**2


def test_machine_has_the_hardware_of_its_settings() -> None:
    machine = {"cpus": 64, "memory": "512Gi", "gpu": "H100", "gpus": 4}
    hardware = hardware_of(PoolSettings.model_validate({"machine": machine, "nodes": 1}))

    assert hardware.instance_type is None
    assert hardware.gpu is not None
    assert (hardware.gpu.name, hardware.gpus) == ("H100", 4)
    assert hardware.capacity.cpu_millis == 64_000
    assert hardware.capacity.memory_bytes == 512 * 1024**3
    assert hardware.capacity.pods == 110


def test_fractional_gpu_instance_has_no_gpus() -> None:
    hardware = hardware_of(PoolSettings.model_validate({"instance": "g6f.4xlarge", "nodes": 1}))
    assert (hardware.gpu, hardware.gpus) == (None, 0)


@pytest.mark.parametrize(
    "hardware",
    [{"instance": "m99.huge"}, {"machine": {"cpus": 8, "memory": "32Gi", "gpu": "H99", "gpus": 1}}],
)
def test_unknown_hardware_raises_key_error(hardware: dict[str, object]) -> None:
    with pytest.raises(KeyError, match=r"m99\.huge|H99"):
        hardware_of(PoolSettings.model_validate({"nodes": 1} | hardware))
