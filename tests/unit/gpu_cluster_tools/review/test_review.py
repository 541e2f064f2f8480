import pytest

from gpu_cluster_tools.review.review import Review, ReviewFileError, Verdict, as_json, from_json
from tests.unit.gpu_cluster_tools.review.test_comment import BLOCKED, FINE

ENDLESS = (
    '[{"stack": "dev", "verdict": "fine", "reasons": [], "time": {"before": 0, "after": 1e999, "path": []}}]'
)


def test_review_is_equal_after_write_and_read() -> None:
    assert from_json(as_json([BLOCKED, FINE])) == (BLOCKED, FINE)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"stack": 1}]', "[" * 5000, ENDLESS])
def test_invalid_review_file_is_refused_in_one_line(content: str) -> None:
    with pytest.raises(ReviewFileError, match=r"^invalid reviews[^\n]*$"):
        from_json(content)


def test_verdict_is_written_as_text() -> None:
    assert '"verdict": "needs attention"' in as_json([Review("dev", Verdict.ATTENTION, ())])
