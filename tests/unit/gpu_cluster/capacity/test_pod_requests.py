import re
from fractions import Fraction
from typing import Any

import pytest

from gpu_cluster.capacity import free_capacity, replicas_per_node, request_of, share_of_node
from gpu_cluster.catalog import INSTANCES
from tests.unit.gpu_cluster.capacity.stacks import model_on, pool_of

GIB = 1024**3


def test_a_replica_takes_the_share_of_a_node_that_its_gpus_are() -> None:
    pool = pool_of(instance="g6.12xlarge")
    one, two = request_of(model_on(), pool), request_of(model_on(gpus=2), pool)

    assert (one.resource, one.count) == ("nvidia.com/gpu", 1)
    assert one.cpu_millis == 11_800  # (47810 - 500) / 4, down to a tenth of a CPU
    assert one.memory_bytes == int(43.25 * GIB)
    assert (two.count, two.cpu_millis) == (2, 23_600)


def test_what_the_settings_name_is_taken_as_it_is() -> None:
    request = request_of(model_on(cpu="3500m", memory="20Gi"), pool_of(instance="g6.12xlarge"))
    assert (request.cpu_millis, request.memory_bytes) == (3_500, 20 * GIB)


def test_a_part_of_the_smallest_amount_counts_as_a_whole_one() -> None:
    request = request_of(model_on(cpu="0.0015", memory="1.1Gi"), pool_of(instance="g6.12xlarge"))
    assert (request.cpu_millis, request.memory_bytes) == (2, 1_181_116_007)


def test_a_replica_does_not_fit_where_nothing_is_left_to_share() -> None:
    tiny = pool_of(provider="existing", machine={"cpus": 1, "memory": "1Gi", "gpu": "T4", "gpus": 1})
    assert replicas_per_node(tiny, request_of(model_on(), tiny)) == 0


def test_a_shared_gpu_is_shared_with_the_cpu_and_memory_beside_it() -> None:
    request = request_of(model_on(), pool_of(instance="g6.4xlarge", sharing={"timeSlicing": 4}))
    assert (request.resource, request.count, request.cpu_millis) == ("nvidia.com/gpu", 1, 3_800)


def test_a_slice_is_asked_for_by_its_profile() -> None:
    sharing = {"mig": {"3g.40gb": 1, "1g.10gb": 4}}
    pool = pool_of(instance="p5.4xlarge", sharing=sharing)

    small, large = (request_of(model_on(slice=name), pool) for name in ("1g.10gb", "3g.40gb"))

    assert (small.resource, small.count) == ("nvidia.com/mig-1g.10gb", 1)
    assert (large.resource, large.count) == ("nvidia.com/mig-3g.40gb", 1)
    assert large.memory_bytes == pytest.approx(4 * small.memory_bytes, rel=0.05)


def test_the_only_profile_of_a_layout_goes_without_saying() -> None:
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
def test_what_a_pool_does_not_offer_cannot_be_asked_of_it(pool: Any, model: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        request_of(model_on(**model), pool_of(**pool))


@pytest.mark.parametrize(
    "sharing",
    [None, {"timeSlicing": 5}, {"mig": {"1g.10gb": 7}}, {"mig": {"3g.40gb": 1, "2g.20gb": 1, "1g.10gb": 2}}],
)
def test_the_shares_of_all_that_a_node_offers_are_the_node(sharing: Any) -> None:
    pool = pool_of(instance="p5.48xlarge", sharing=sharing)
    assert sum(share_of_node(pool, name, count) for name, count in pool.extended.items()) == Fraction(1)


@pytest.mark.parametrize("name", [name for name, instance in INSTANCES.items() if instance.gpus])
@pytest.mark.parametrize("slices", [1, 2, 16, 48])
def test_replicas_that_name_no_cpu_or_memory_fill_every_gpu_of_a_node(name: str, slices: int) -> None:
    pool = pool_of(instance=name, sharing={"timeSlicing": slices} if slices > 1 else None)
    expected = min(pool.extended["nvidia.com/gpu"], free_capacity(pool).pods)
    assert replicas_per_node(pool, request_of(model_on(), pool)) == expected
