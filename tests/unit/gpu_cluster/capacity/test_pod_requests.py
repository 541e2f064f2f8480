import re
from fractions import Fraction
from typing import Any

import pytest

from gpu_cluster.capacity import free_capacity, replicas_per_node, request_of, share_of_node
from gpu_cluster.catalog import INSTANCES
from tests.unit.gpu_cluster.capacity.stacks import model_on, pool_of

GIB = 1024**3


def test_replica_requests_the_node_share_of_its_gpus() -> None:
    pool = pool_of(instance="g6.12xlarge")
    one, two = request_of(model_on(), pool), request_of(model_on(gpus=2), pool)

    assert (one.resource, one.count) == ("nvidia.com/gpu", 1)
    assert one.cpu_millis == 11_800  # (47810 - 500) / 4, down to a tenth of a CPU
    assert one.memory_bytes == int(43.25 * GIB)
    assert (two.count, two.cpu_millis) == (2, 23_600)


def test_configured_cpu_and_memory_are_requested_unchanged() -> None:
    request = request_of(model_on(cpu="3500m", memory="20Gi"), pool_of(instance="g6.12xlarge"))
    assert (request.cpu_millis, request.memory_bytes) == (3_500, 20 * GIB)


def test_fractional_cpu_millis_and_bytes_are_rounded_up() -> None:
    request = request_of(model_on(cpu="0.0015", memory="1.1Gi"), pool_of(instance="g6.12xlarge"))
    assert (request.cpu_millis, request.memory_bytes) == (2, 1_181_116_007)


def test_replica_does_not_fit_on_a_node_without_free_capacity() -> None:
    tiny = pool_of(provider="existing", machine={"cpus": 1, "memory": "1Gi", "gpu": "T4", "gpus": 1})
    assert replicas_per_node(tiny, request_of(model_on(), tiny)) == 0


def test_shared_gpu_gets_its_share_of_cpu_and_memory() -> None:
    request = request_of(model_on(), pool_of(instance="g6.4xlarge", sharing={"timeSlicing": 4}))
    assert (request.resource, request.count, request.cpu_millis) == ("nvidia.com/gpu", 1, 3_800)


def test_mig_slice_is_requested_by_its_profile() -> None:
    sharing = {"mig": {"3g.40gb": 1, "1g.10gb": 4}}
    pool = pool_of(instance="p5.4xlarge", sharing=sharing)

    small, large = (request_of(model_on(slice=name), pool) for name in ("1g.10gb", "3g.40gb"))

    assert (small.resource, small.count) == ("nvidia.com/mig-1g.10gb", 1)
    assert (large.resource, large.count) == ("nvidia.com/mig-3g.40gb", 1)
    assert large.memory_bytes == pytest.approx(4 * small.memory_bytes, rel=0.05)


def test_request_defaults_to_the_only_mig_profile() -> None:
    pool = pool_of(instance="p5.4xlarge", sharing={"mig": {"1g.10gb": 7}})
    assert request_of(model_on(), pool).resource == "nvidia.com/mig-1g.10gb"


@pytest.mark.parametrize(
    ("pool", "model", "problem"),
    [
        ({"instance": "m7i.xlarge"}, {}, "pool p offers no GPU, not nvidia.com/gpu"),
        (
            {"instance": "g6.xlarge"},
            {"slice": "1g.5gb"},
            "pool p offers nvidia.com/gpu, not nvidia.com/mig-1g.5gb",
        ),
        (
            {"instance": "p5.4xlarge", "sharing": {"mig": {"3g.40gb": 1, "1g.10gb": 4}}},
            {},
            "pool p offers nvidia.com/mig-3g.40gb and nvidia.com/mig-1g.10gb: expected a slice",
        ),
    ],
)
def test_request_for_a_resource_that_the_pool_lacks_is_rejected(pool: Any, model: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        request_of(model_on(**model), pool_of(**pool))


@pytest.mark.parametrize(
    "sharing",
    [None, {"timeSlicing": 5}, {"mig": {"1g.10gb": 7}}, {"mig": {"3g.40gb": 1, "2g.20gb": 1, "1g.10gb": 2}}],
)
def test_node_shares_of_all_gpu_resources_sum_to_one(sharing: Any) -> None:
    pool = pool_of(instance="p5.48xlarge", sharing=sharing)
    assert sum(share_of_node(pool, name, count) for name, count in pool.extended.items()) == Fraction(1)


@pytest.mark.parametrize("name", [name for name, instance in INSTANCES.items() if instance.gpus])
@pytest.mark.parametrize("slices", [1, 2, 16, 48])
def test_replicas_with_default_requests_fill_every_gpu_of_a_node(name: str, slices: int) -> None:
    pool = pool_of(instance=name, sharing={"timeSlicing": slices} if slices > 1 else None)
    expected = min(pool.extended["nvidia.com/gpu"], free_capacity(pool).pods)
    assert replicas_per_node(pool, request_of(model_on(), pool)) == expected
