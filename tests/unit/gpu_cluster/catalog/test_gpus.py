import pytest

from gpu_cluster.catalog import GPU_SOURCES, GPUS, MIG_SOURCES, Gpu

EVERY = pytest.mark.parametrize("gpu", GPUS.values(), ids=list(GPUS))


@EVERY
def test_gpu_is_keyed_by_its_name(gpu: Gpu) -> None:
    assert GPUS[gpu.name] is gpu


@EVERY
def test_gpu_product_is_a_valid_label_value(gpu: Gpu) -> None:
    assert len(f"{gpu.product}-SHARED") <= 63
    assert " " not in gpu.product


def test_gpu_products_are_unique() -> None:
    assert len({gpu.product for gpu in GPUS.values()}) == len(GPUS)


@EVERY
def test_gpu_memory_is_plausible(gpu: Gpu) -> None:
    assert 15 * 1024 <= gpu.memory_mib <= 270 * 1024


@EVERY
def test_mig_profile_name_states_its_memory(gpu: Gpu) -> None:
    """The gigabytes in the name are the profile's part of the GPU's memory, except what the GPU reserves."""
    slices = max((profile.memory_slices for profile in gpu.profiles.values()), default=1)
    slice_gib = gpu.memory_mib / 1024 / slices
    for name, profile in gpu.profiles.items():
        gigabytes = int(name.removesuffix("gb").partition(".")[2])
        assert gigabytes == pytest.approx(slice_gib * profile.memory_slices, rel=0.08, abs=1)


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("A100-40GB", {"1g.5gb": 7, "1g.10gb": 4, "2g.10gb": 3, "3g.20gb": 2, "4g.20gb": 1, "7g.40gb": 1}),
        ("A100-80GB", {"1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1}),
        ("H100", {"1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1}),
        ("H200", {"1g.18gb": 7, "1g.35gb": 4, "2g.35gb": 3, "3g.71gb": 2, "4g.71gb": 1, "7g.141gb": 1}),
        ("B200", {"1g.23gb": 7, "1g.45gb": 4, "2g.45gb": 3, "3g.90gb": 2, "4g.90gb": 1, "7g.180gb": 1}),
        ("B300", {"1g.34gb": 7, "1g.67gb": 4, "2g.67gb": 3, "3g.135gb": 2, "4g.135gb": 1, "7g.269gb": 1}),
        ("RTX-PRO-4500", {"1g.16gb": 2, "2g.32gb": 1}),
        ("RTX-PRO-6000", {"1g.24gb": 4, "2g.48gb": 2, "4g.96gb": 1}),
    ],
)
def test_maximum_count_of_each_mig_profile_matches_nvidia(name: str, most: dict[str, int]) -> None:
    assert GPUS[name].mig == most


@pytest.mark.parametrize("name", ["T4", "A10G", "L4", "L40S", "GB200"])
def test_gpu_without_mig_has_no_profiles(name: str) -> None:
    assert GPUS[name].mig == {}


def test_gpu_numbers_have_a_source_and_date() -> None:
    assert set(GPU_SOURCES) == {"product", "memory_mib"}
    assert all(
        source.where and source.date.year >= 2026 for source in ({**GPU_SOURCES, **MIG_SOURCES}).values()
    )
