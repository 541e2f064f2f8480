"""Objects of AI platforms: each has a finding, is not judged, or is clean for a stated reason."""

import re
from pathlib import Path

import pytest

from gpu_cluster_policies.evaluate import evaluate_manifests

_TEXT = (Path(__file__).parent / "hostile_objects.yaml").read_text()
_HEAD = re.compile(r"# (?:rule (\d+)|(not judged)|clean): (.+)\n(?s:(.+))")
_CASES = [match.groups() for match in map(_HEAD.match, _TEXT.split("\n---\n")) if match]


def test_every_object_has_an_expected_result() -> None:
    assert len(_CASES) == _TEXT.count("\n---\n") + 1 == _TEXT.count("\napiVersion: ")


@pytest.mark.parametrize(("rule", "unseen", "name", "text"), _CASES, ids=[case[2] for case in _CASES])
def test_object_has_the_expected_result(rule: str | None, unseen: str | None, name: str, text: str) -> None:
    judged = evaluate_manifests({"object.yaml": text.encode()}, None)

    stopping = {it.finding.rule.number for it in judged.findings if it.stops}
    if rule:
        assert int(rule) in stopping, name
        return
    assert stopping == set(), name
    assert bool(judged.not_judged) == bool(unseen)
