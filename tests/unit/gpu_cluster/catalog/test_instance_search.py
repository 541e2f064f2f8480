from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from gpu_cluster.catalog import GPU_INSTANCE_ORDERS as ORDERS
from gpu_cluster.catalog import GPUS, INSTANCES, gpu_instances, grouped

GIB = 1024**3


def names(**wanted: object) -> list[str]:
    return [it.instance.name for it in gpu_instances(**wanted)]  # pyright: ignore[reportArgumentType]


def test_search_without_filter_lists_gpu_types_in_catalog_order() -> None:
    assert names() == [name for name, instance in INSTANCES.items() if instance.gpu]


def test_search_filters_by_gpu_name() -> None:
    assert names(gpu="H100") == ["p5.4xlarge", "p5.48xlarge"]


def test_search_filters_types_and_prices_by_region() -> None:
    [small, large] = gpu_instances(gpu="H100", region="ap-northeast-1")

    assert (small.hourly, large.hourly) == (Fraction("8.6"), Fraction("68.8"))
    assert large.gpu_hourly == Fraction("8.6")  # an eighth
    assert names(gpu="H100", region="eu-central-1") == []


def test_minimum_memory_filters_by_memory_per_gpu() -> None:
    assert {it.gpu for it in gpu_instances(min_memory=80 * GIB)} == {
        "A100-80GB",
        "H200",
        "B200",
        "B300",
        "GB200",
        "RTX-PRO-6000",
    }


def test_maximum_price_excludes_types_without_a_price() -> None:
    [p5e] = [it for it in gpu_instances(gpu="H200") if it.instance.name == "p5e.48xlarge"]

    assert p5e.hourly is p5e.gpu_hourly is None
    assert "p5e.48xlarge" not in names(gpu="H200", max_price=1000)


def test_mig_filter_lists_only_gpus_with_mig() -> None:
    assert {it.gpu for it in gpu_instances(mig=True)} == {name for name, gpu in GPUS.items() if gpu.profiles}


def test_search_order_puts_types_without_a_price_last() -> None:
    assert names(gpu="H200", order="price")[-1] == "p5e.48xlarge"
    assert names(order="gpus")[0].endswith(("48xlarge", "metal"))
    assert names(order="memory")[0] == "p6-b300.48xlarge"
    cheapest = gpu_instances(order="gpu-price")[0]
    assert cheapest.gpu_hourly == min(it.gpu_hourly for it in gpu_instances() if it.gpu_hourly)


def test_fractional_gpu_type_has_no_price_per_gpu() -> None:
    assert all(it.gpu_hourly is None for it in gpu_instances() if it.instance.gpus == 0)


def test_grouping_lists_every_type_once() -> None:
    for by in ("gpu", "family"):
        groups = grouped(gpu_instances(), by)
        assert sorted(it.instance.name for group in groups.values() for it in group) == sorted(names())
    assert list(grouped(gpu_instances(gpu="L4"), "family")) == ["g6", "g6f", "gr6", "gr6f"]


@given(st.floats(0, 200), st.floats(0, 200), st.sampled_from(list(ORDERS)))
def test_higher_maximum_price_never_lists_fewer_types(one: float, other: float, order: str) -> None:
    less, more = sorted((one, other))

    assert set(names(max_price=less, order=order)) <= set(names(max_price=more, order=order))
