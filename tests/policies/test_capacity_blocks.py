"""Rule 84 on a plan whose capacity block is about to end."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gpu_cluster.aws.nodes import node_group
from gpu_cluster.plan import planned
from gpu_cluster.stack import load
from gpu_cluster_policies.evaluate import evaluate_plan
from gpu_cluster_policies.rules import capacity

FILE = Path(__file__).parents[1] / "stacks/happy/eks-pool-everything.yaml"


@pytest.mark.parametrize(
    ("minute", "words"),
    [
        (59, 'Schedule platform-nodes-h100-drain: startTime is "2036-12-01T10:00:00Z", should be 14 days'),
        (0, "schedule that terminates its nodes is missing, because the drain began at 2036-12-01T10:00Z"),
    ],
)
def test_started_drain_is_a_finding(
    minute: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stacks").mkdir()
    file = tmp_path / "stacks" / "Pulumi.blocks.yaml"
    file.write_text(FILE.read_text())
    at = datetime(2036, 12, 1, 9 if minute else 10, minute, tzinfo=UTC)
    for module in (node_group, capacity):
        monkeypatch.setattr(module, "now", lambda: at)
    monkeypatch.setattr(capacity, "today", at.date)

    found = evaluate_plan(planned(load(file), "blocks"), tmp_path)

    briefs = [it.brief for it in found.report.findings if it.rule.id == "84-capacity-blocks"]
    assert any(words in brief for brief in briefs), briefs
