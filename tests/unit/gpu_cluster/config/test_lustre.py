import pytest

from gpu_cluster.config.lustre import gibibytes


@pytest.mark.parametrize(
    ("size", "count"),
    [("1.2Ti", 1200), ("2.4Ti", 2400), ("4.8Ti", 4800), ("12Ti", 12_000), ("1200Gi", 1200), ("7200Gi", 7200)],
)
def test_sizes_as_the_service_counts_them(size: str, count: int) -> None:
    assert gibibytes(size) == count


@pytest.mark.parametrize(
    ("size", "near"),
    [
        ("0Gi", "nearest 1.2Ti"),
        ("1Ti", "nearest 1.2Ti"),
        ("1.8Ti", "nearest 1.2Ti or 2.4Ti"),
        ("3.6Ti", "nearest 2.4Ti or 4.8Ti"),
        ("5000Gi", "nearest 4.8Ti or 7.2Ti"),
    ],
)
def test_sizes_between_the_steps_have_neighbours(size: str, near: str) -> None:
    with pytest.raises(ValueError, match=f"{near}$"):
        gibibytes(size)


@pytest.mark.parametrize("size", ["4.8", "4.8TB", "4.8ti", "-2.4Ti", "2.40Ti", "2400Mi"])
def test_other_ways_to_write_a_size(size: str) -> None:
    with pytest.raises(ValueError, match="expected a size such as"):
        gibibytes(size)
