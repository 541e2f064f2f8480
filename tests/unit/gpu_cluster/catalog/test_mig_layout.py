from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_cluster.catalog import GPUS, Gpu, mig_layouts, mig_problem

SLICED = [gpu for gpu in GPUS.values() if len(gpu.profiles) == 6]

# NVIDIA's list of maximal mixes of 1g, 2g, 3g, 4g and 7g, without the 1g profile of twice the memory.
FULLEST = [
    (7, 0, 0, 0, 0),
    (5, 1, 0, 0, 0),
    (3, 2, 0, 0, 0),
    (1, 3, 0, 0, 0),
    (4, 0, 1, 0, 0),
    (2, 1, 1, 0, 0),
    (0, 2, 1, 0, 0),
    (0, 0, 2, 0, 0),
    (3, 0, 0, 1, 0),
    (1, 1, 0, 1, 0),
    (0, 0, 1, 1, 0),
    (0, 0, 0, 0, 1),
]


def layout(gpu: Gpu, *counts: int) -> dict[str, int]:
    """Counts by profile, in the order of the GPU's profiles; profiles with a count of 0 are left out."""
    return {name: count for name, count in zip(gpu.profiles, counts, strict=True) if count}


def small_layouts() -> Iterator[tuple[int, ...]]:
    return product(range(9), range(5), range(4), range(3), range(3))


@pytest.mark.parametrize("gpu", SLICED, ids=lambda gpu: gpu.name)
def test_mig_layout_fits_only_if_a_published_mix_contains_it(gpu: Gpu) -> None:
    for ones, twos, threes, fours, sevens in small_layouts():
        counts = (ones, twos, threes, fours, sevens)
        contained = any(all(n <= most for n, most in zip(counts, mix, strict=True)) for mix in FULLEST)

        problem = mig_problem(gpu, layout(gpu, ones, 0, twos, threes, fours, sevens))

        assert (problem is None) == contained, counts


@pytest.mark.parametrize(
    ("counts", "fits"),
    [
        ({"1g.20gb": 4}, True),
        ({"1g.20gb": 4, "1g.10gb": 1}, False),
        ({"1g.20gb": 3, "1g.10gb": 2}, True),  # only if one of the three uses the last slices
        ({"1g.20gb": 3, "1g.10gb": 3}, False),
        ({"2g.20gb": 3, "1g.20gb": 1}, True),
        ({"4g.40gb": 1, "1g.20gb": 2}, True),
        ({"4g.40gb": 1, "1g.20gb": 2, "1g.10gb": 1}, False),
        ({"3g.40gb": 1, "2g.20gb": 1, "1g.20gb": 1}, True),
        ({"7g.80gb": 1, "1g.20gb": 1}, False),
    ],
)
def test_mig_profile_1g_with_double_memory_takes_two_memory_slices(
    counts: dict[str, int], fits: bool
) -> None:
    assert (mig_problem(GPUS["H100"], counts) is None) == fits


COUNTS = st.tuples(*[st.integers(0, 9)] * 6)


@given(COUNTS, COUNTS)
def test_part_of_a_fitting_mig_layout_fits(counts: tuple[int, ...], fewer: tuple[int, ...]) -> None:
    gpu = GPUS["H200"]
    part = tuple(min(pair) for pair in zip(counts, fewer, strict=True))
    if mig_problem(gpu, layout(gpu, *counts)) is None:
        assert mig_problem(gpu, layout(gpu, *part)) is None


def test_fitting_mig_layout_never_exceeds_the_compute_slices() -> None:
    """Hence the check of a layout counts memory slices only."""
    gpu = GPUS["A100-40GB"]
    for counts in product(range(8), range(5), range(4), range(3), range(2), range(2)):
        if mig_problem(gpu, layout(gpu, *counts)) is None:
            assert sum(n * compute for n, compute in zip(counts, (1, 1, 2, 3, 4, 7), strict=True)) <= 7


@pytest.mark.parametrize(
    ("name", "counts", "problem"),
    [
        ("RTX-PRO-6000", {"2g.48gb": 1, "1g.24gb": 2}, None),
        ("RTX-PRO-4500", {"1g.16gb": 2}, None),
        (
            "RTX-PRO-6000",
            {"2g.48gb": 1, "1g.24gb": 3},
            "at most 2 of 1g.24gb fit on one RTX-PRO-6000 beside 1 of 2g.48gb, got 3",
        ),
        ("H100", {"1g.10gb": 8}, "at most 7 of 1g.10gb fit on one H100, got 8"),
        (
            "H100",
            {"1g.10gb": 1, "3g.40gb": 2},
            "at most 0 of 1g.10gb fit on one H100 beside 2 of 3g.40gb, got 1",
        ),
        (
            "A100-40GB",
            {"1g.5gb": 2, "2g.10gb": 1, "4g.20gb": 1},
            "at most 1 of 1g.5gb fit on one A100-40GB beside 1 of 4g.20gb and 1 of 2g.10gb, got 2",
        ),
        ("L4", {"1g.5gb": 1}, "L4 has no MIG"),
        (
            "RTX-PRO-4500",
            {"1g.5gb": 7},
            "1g.5gb is no MIG profile of RTX-PRO-4500, which has 1g.16gb, 2g.32gb",
        ),
    ],
)
def test_mig_problem_states_what_fits(name: str, counts: dict[str, int], problem: str | None) -> None:
    assert mig_problem(GPUS[name], counts) == problem


def test_mig_count_of_a_billion_is_rejected() -> None:
    assert mig_problem(GPUS["B200"], {"1g.23gb": 10**9}) is not None


@pytest.mark.parametrize("gpu", [gpu for gpu in GPUS.values() if gpu.profiles], ids=lambda gpu: gpu.name)
def test_mig_layouts_lists_exactly_the_fitting_layouts(gpu: Gpu) -> None:
    every = product(*(range(profile.most + 1) for profile in gpu.profiles.values()))
    fitting = [layout(gpu, *counts) for counts in every if any(counts)]
    fitting = [wanted for wanted in fitting if mig_problem(gpu, wanted) is None]

    listed = mig_layouts(gpu)

    assert len(listed) == len(fitting)
    assert all(wanted in listed for wanted in fitting)


def test_gpu_without_mig_has_no_layouts() -> None:
    assert mig_layouts(GPUS["L4"]) == []
