from gpu_cluster.capacity import free_capacity
from tests.unit.gpu_cluster.capacity.stacks import pool_of

GIB = 1024**3


def test_a_node_keeps_room_for_its_daemonsets() -> None:
    pool = pool_of(instance="g6.48xlarge")
    left = free_capacity(pool)
    assert pool.allocatable.cpu_millis - left.cpu_millis == 500
    assert pool.allocatable.memory_bytes - left.memory_bytes == GIB
    assert pool.allocatable.pods - left.pods == 10


def test_a_node_too_small_for_its_daemonsets_has_no_room() -> None:
    tiny = pool_of(provider="existing", machine={"cpus": 1, "memory": "1Gi", "gpu": "T4", "gpus": 1})
    assert free_capacity(tiny).memory_bytes == 0
