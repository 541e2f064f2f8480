import pytest

from gpu_cluster.config.lustre import gibibytes


@pytest.mark.parametrize(
    ("size", "count"),
    [("1.2Ti", 1200), ("2.4Ti", 2400), ("4.8Ti", 4800), ("12Ti", 12_000), ("1200Gi", 1200), ("7200Gi", 7200)],
)
def test_lustre_size_is_converted_to_gibibytes(size: str, count: int) -> None:
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
def test_lustre_size_between_steps_is_rejected_with_the_nearest_sizes(size: str, near: str) -> None:
    with pytest.raises(ValueError, match=f"{near}$"):
        gibibytes(size)


@pytest.mark.parametrize("size", ["4.8", "4.8TB", "4.8ti", "-2.4Ti", "2.40Ti", "2400Mi"])
def test_malformed_lustre_size_is_rejected(size: str) -> None:
    with pytest.raises(ValueError, match="expected a size such as"):
        gibibytes(size)
