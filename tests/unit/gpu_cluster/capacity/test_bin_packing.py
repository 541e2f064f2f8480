import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_cluster.capacity import Request, nodes_for, replicas_per_node
from tests.unit.gpu_cluster.capacity.stacks import pool_of

GIB = 1024**3
GPU = "nvidia.com/gpu"

EIGHT_L4 = pool_of(instance="g6.48xlarge")


def request(gpus: int, *, cpus: int = 1, memory_gib: int = 1, resource: str = GPU) -> Request:
    return Request(cpu_millis=cpus * 1000, memory_bytes=memory_gib * GIB, resource=resource, count=gpus)


def test_node_too_small_for_its_daemonsets_fits_no_replica() -> None:
    tiny = pool_of(provider="existing", machine={"cpus": 1, "memory": "1Gi", "gpu": "T4", "gpus": 1})
    assert replicas_per_node(tiny, request(1)) == 0


@pytest.mark.parametrize(
    ("asked", "replicas"),
    [
        (request(1), 8),
        (request(2), 4),
        (request(3), 2),
        (request(8), 1),
        (request(9), 0),
        (request(1, cpus=60), 3),
        (request(1, cpus=200), 0),
        (request(1, memory_gib=300), 2),
        (request(1, resource="nvidia.com/mig-1g.5gb"), 0),
    ],
)
def test_replicas_per_node_follow_the_scarcest_resource(asked: Request, replicas: int) -> None:
    assert replicas_per_node(EIGHT_L4, asked) == replicas


def test_replicas_per_node_are_limited_by_the_pod_limit() -> None:
    pool = pool_of(instance="g4dn.xlarge", sharing={"mps": 48})
    small = Request(cpu_millis=10, memory_bytes=1024**2, resource=GPU, count=1)
    assert replicas_per_node(pool, small) == 29 - 10


@pytest.mark.parametrize(
    ("replicas", "nodes"),
    [
        ([], 0),
        ([(request(1), 8)], 1),
        ([(request(1), 9)], 2),
        ([(request(5), 3)], 3),
        ([(request(3), 3), (request(5), 3)], 3),  # each replica with 5 GPUs shares its node with one of 3
        ([(request(1), 4), (request(4), 3)], 2),
        ([(request(6), 2), (request(2), 2), (request(8), 1)], 3),
        ([(request(9), 1)], None),
        ([(request(9), 0)], 0),
    ],
)
def test_nodes_for_packs_the_largest_replicas_first(
    replicas: list[tuple[Request, int]], nodes: int | None
) -> None:
    assert nodes_for(EIGHT_L4, replicas) == nodes


@pytest.mark.parametrize(("cpus", "memory_gib"), [(100, 1), (1, 400)])
def test_different_replicas_share_cpu_and_memory_of_a_node(cpus: int, memory_gib: int) -> None:
    replicas = [(request(gpus, cpus=cpus, memory_gib=memory_gib), 1) for gpus in (1, 2)]
    assert nodes_for(EIGHT_L4, replicas) == 2


def test_different_replicas_share_the_pod_limit_of_a_node() -> None:
    pool = pool_of(instance="g4dn.xlarge", sharing={"mps": 48})
    first, second = (Request(cpu_millis=10, memory_bytes=size, resource=GPU, count=1) for size in (1, 2))
    assert nodes_for(pool, [(first, 10), (second, 9)]) == 1
    assert nodes_for(pool, [(first, 10), (second, 10)]) == 2


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(0, 40)), max_size=6))
def test_nodes_for_is_at_most_twice_the_minimum(wanted: list[tuple[int, int]]) -> None:
    gpus = sum(size * count for size, count in wanted)
    nodes = nodes_for(EIGHT_L4, [(request(size), count) for size, count in wanted])
    assert nodes is not None
    assert -(-gpus // 8) <= nodes <= 2 * -(-gpus // 8)
