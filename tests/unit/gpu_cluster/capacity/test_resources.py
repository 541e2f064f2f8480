import pytest

from gpu_cluster.capacity import Resources, allocatable

GIB = 1024**3


def left(capacity: Resources, reserved_pods: int = 58) -> Resources:
    return allocatable(capacity, reserved_pods=reserved_pods)


def resources(cpu_millis: int = 4000, memory_bytes: int = 16 * GIB, pods: int = 58) -> Resources:
    return Resources(cpu_millis=cpu_millis, memory_bytes=memory_bytes, ephemeral_bytes=100 * GIB, pods=pods)


@pytest.mark.parametrize(
    ("cpus", "reserved_millis"),
    [(1, 60), (2, 70), (3, 75), (4, 80), (8, 90), (96, 310), (192, 550)],
)
def test_reserved_cpu_follows_the_tiers_of_eks(cpus: int, reserved_millis: int) -> None:
    capacity = resources(cpu_millis=cpus * 1000)
    assert capacity.cpu_millis - left(capacity).cpu_millis == reserved_millis


def test_reserved_memory_grows_per_pod() -> None:
    few, many = left(resources(), 29), left(resources(), 30)
    assert few.memory_bytes - many.memory_bytes == 11 * 1024**2
    assert 16 * GIB - few.memory_bytes == (255 + 11 * 29 + 100) * 1024**2


def test_disk_reserve_is_a_tenth_plus_one_gib() -> None:
    assert left(resources()).ephemeral_bytes == 89 * GIB


def test_node_smaller_than_its_reserve_has_no_allocatable_memory() -> None:
    assert left(resources(memory_bytes=GIB // 2), 110).memory_bytes == 0


def test_quantities_have_the_format_of_a_node_status() -> None:
    assert resources().quantities() == {
        "cpu": "4000m",
        "memory": "16777216Ki",
        "ephemeral-storage": "104857600Ki",
        "pods": "58",
    }
