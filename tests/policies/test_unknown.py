"""A rule that needs a value which is not known never passes."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any, cast

import pytest

from gpu_cluster_policies import UNKNOWN, NotEvaluated, pack_of
from tests.policies.fixture import Fixture, fixtures, resource_of, resources_of

Place = tuple[str | int, ...]
GIVEN = ("apiVersion", "kind", "type", "name", "protected")
"""Fields that the engine knows of every resource."""


def _places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every place in a manifest, leaves and branches alike."""
    inside: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        inside = cast(dict[str, Any], value).items()
    if isinstance(value, list):
        inside = enumerate(cast(list[Any], value))
    for key, item in inside:
        yield (*place, key)
        yield from _places(item, (*place, key))


def _with_unknown(document: dict[str, Any], place: Place) -> dict[str, Any]:
    changed = deepcopy(document)
    parent: Any = changed
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = UNKNOWN
    return changed


def _changed(fixture: Fixture) -> Iterator[tuple[int, Place]]:
    """Every place in a fixture's documents that the engine may not know."""
    for number, document in enumerate(fixture.documents):
        for place in _places(document):
            if place[0] not in GIVEN and place not in (("properties",), ("outputs",)):
                yield number, place


@pytest.mark.parametrize(
    "fixture",
    [fixture for fixture in fixtures() if not fixture.passes],
    ids=lambda fixture: f"{fixture.rule}/{fixture.path.stem}",
)
def test_no_unknown_value_hides_a_violation(fixture: Fixture) -> None:
    """A rule that needs an unknown value fails, and so does a violation with an unknown beside it."""
    pack = pack_of("prod-elsewhere")
    for number, place in _changed(fixture):
        documents = list(fixture.documents)
        documents[number] = _with_unknown(documents[number], place)

        findings = pack.check(resources_of(documents)).findings

        assert [
            finding
            for finding in findings
            if finding.rule.id == fixture.rule or isinstance(finding, NotEvaluated)
        ], place


UNKNOWN_IMAGE = {
    "kind": "Pod",
    "metadata": {"name": "train", "namespace": "team"},
    "spec": {"containers": [{"name": "train", "image": UNKNOWN}]},
}


@pytest.mark.parametrize("rule", ["59-no-latest-tag", "60-digest-pinned", "61-allowed-registry"])
def test_an_unknown_image_is_no_good_image(rule: str) -> None:
    findings = pack_of("prod-elsewhere").check([resource_of(UNKNOWN_IMAGE)]).findings

    [finding] = [finding for finding in findings if finding.rule.id == rule]
    assert isinstance(finding, NotEvaluated)
    assert finding.brief == (
        "Pod team/train: could not be evaluated: spec.containers[0].image is unknown at preview"
    )


@pytest.mark.parametrize("rule", ["12-imdsv2", "13-imds-hop-limit", "15-volumes-encrypted"])
def test_an_unknown_template_is_no_template_of_ones_own(rule: str) -> None:
    kind = "aws:eks/nodeGroup:NodeGroup"
    group = {"type": kind, "name": "l4", "properties": {"launchTemplate": UNKNOWN}}

    findings = pack_of("prod-elsewhere").check([resource_of(group)]).findings

    [finding] = [finding for finding in findings if finding.rule.id == rule]
    assert isinstance(finding, NotEvaluated)
    assert finding.brief == f"{kind} l4: could not be evaluated: launchTemplate is unknown at preview"


def test_rules_that_need_nothing_unknown_still_judge() -> None:
    findings = pack_of("prod-elsewhere").check([resource_of(UNKNOWN_IMAGE)]).findings

    [finding] = [finding for finding in findings if finding.rule.number == 51]
    assert not isinstance(finding, NotEvaluated)


@pytest.mark.parametrize("rule", ["49-not-privileged", "61-allowed-registry", "73-gpu-limits"])
def test_unknown_containers_pass_no_rule_about_containers(rule: str) -> None:
    pod = {"kind": "Pod", "metadata": {"name": "train", "namespace": "team"}, "spec": {"containers": UNKNOWN}}

    findings = pack_of("prod-elsewhere").check([resource_of(pod)]).findings

    assert "Pod team/train: could not be evaluated: spec.containers is unknown at preview" in {
        finding.brief for finding in findings if finding.rule.id == rule
    }
