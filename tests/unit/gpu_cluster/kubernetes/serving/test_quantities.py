import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_cluster.capacity import Request
from gpu_cluster.config.quantity import amount
from gpu_cluster.kubernetes.serving.quantities import cpu, limits, memory, requests

REQUEST = Request(cpu_millis=4000, memory_bytes=16 * 1024**3, resource="nvidia.com/gpu", count=2)


@pytest.mark.parametrize(("millis", "spelling"), [(4000, "4"), (500, "500m"), (15300, "15300m")])
def test_cpu_quantity_has_the_canonical_spelling(millis: int, spelling: str) -> None:
    assert cpu(millis) == spelling


@pytest.mark.parametrize(
    ("size", "spelling"), [(2 * 1024**3, "2Gi"), (1536 * 1024**2, "1536Mi"), (1000, "1000"), (0, "0")]
)
def test_memory_quantity_has_the_canonical_spelling(size: int, spelling: str) -> None:
    assert memory(size) == spelling


@given(st.integers(min_value=1, max_value=2**60))
def test_memory_quantity_survives_a_round_trip(size: int) -> None:
    assert amount(memory(size)) == size


def test_limits_equal_requests_except_cpu() -> None:
    assert limits(REQUEST) == {"memory": "16Gi", "nvidia.com/gpu": "2"}
    assert requests(REQUEST) == {"cpu": "4", "memory": "16Gi", "nvidia.com/gpu": "2"}
