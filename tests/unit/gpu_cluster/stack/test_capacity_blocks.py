from datetime import UTC, datetime
from pathlib import Path

import pytest

from gpu_cluster.stack import capacity_blocks, load
from gpu_cluster.stack.notes import notes_of

FILE = Path(__file__).parents[3] / "stacks/happy/eks-pool-everything.yaml"


def test_drain_of_a_capacity_block_in_the_past_has_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity_blocks, "now", lambda: datetime(2036, 12, 1, 10, tzinfo=UTC))
    assert [note for note in notes_of(load(FILE)) if "drain" in note] == [
        "pool h100: the drain of its capacity block began at 2036-12-01T10:00Z, so the plan has no scheduled "
        "action for it, and the block ends at 2036-12-01T11:30:00Z; set another block, or remove the pool"
    ]


def test_drain_of_a_capacity_block_in_the_future_has_no_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity_blocks, "now", lambda: datetime(2036, 12, 1, 9, 59, tzinfo=UTC))
    assert not any("drain" in note for note in notes_of(load(FILE)))
