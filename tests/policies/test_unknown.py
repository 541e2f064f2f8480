"""A rule that requires an unknown value never passes."""

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
    """Every path in a manifest, leaves and branches."""
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
    """Every path in a fixture's documents whose value may be unknown to the engine."""
    for number, document in enumerate(fixture.documents):
        for place in _places(document):
            if place[0] not in GIVEN and place not in (("properties",), ("outputs",)):
                yield number, place


@pytest.mark.parametrize(
    "fixture",
    [fixture for fixture in fixtures() if not fixture.passes],
    ids=lambda fixture: f"{fixture.rule}/{fixture.path.stem}",
)
def test_unknown_value_hides_no_violation(fixture: Fixture) -> None:
    """A rule that requires an unknown value fails or says so; a violation beside it is found."""
    pack = pack_of("prod-elsewhere")
    for number, place in _changed(fixture):
        documents = list(fixture.documents)
        documents[number] = _with_unknown(documents[number], place)

        report = pack.check(resources_of(documents))

        failed = any(it.rule.id == fixture.rule or isinstance(it, NotEvaluated) for it in report.findings)
        assert failed or any(it.rule == fixture.rule for it in report.not_judged), place


UNKNOWN_IMAGE = {
    "kind": "Pod",
    "metadata": {"name": "train", "namespace": "team"},
    "spec": {"containers": [{"name": "train", "image": UNKNOWN}]},
}


@pytest.mark.parametrize("rule", ["59-no-latest-tag", "60-digest-pinned", "61-allowed-registry"])
def test_unknown_image_fails_image_rules(rule: str) -> None:
    findings = pack_of("prod-elsewhere").check([resource_of(UNKNOWN_IMAGE)]).findings

    [finding] = [finding for finding in findings if finding.rule.id == rule]
    assert isinstance(finding, NotEvaluated)
    assert finding.brief == (
        "Pod team/train: could not be evaluated: spec.containers[0].image is unknown at preview"
    )


@pytest.mark.parametrize("rule", ["12-imdsv2", "13-imds-hop-limit", "15-volumes-encrypted"])
def test_unknown_launch_template_fails_node_rules(rule: str) -> None:
    kind = "aws:eks/nodeGroup:NodeGroup"
    group = {"type": kind, "name": "l4", "properties": {"launchTemplate": UNKNOWN}}

    findings = pack_of("prod-elsewhere").check([resource_of(group)]).findings

    [finding] = [finding for finding in findings if finding.rule.id == rule]
    assert isinstance(finding, NotEvaluated)
    assert finding.brief == f"{kind} l4: could not be evaluated: launchTemplate is unknown at preview"


def test_rules_without_unknown_inputs_are_evaluated() -> None:
    findings = pack_of("prod-elsewhere").check([resource_of(UNKNOWN_IMAGE)]).findings

    [finding] = [finding for finding in findings if finding.rule.number == 51]
    assert not isinstance(finding, NotEvaluated)


@pytest.mark.parametrize("rule", ["49-not-privileged", "61-allowed-registry", "73-gpu-limits"])
def test_unknown_containers_fail_container_rules(rule: str) -> None:
    pod = {"kind": "Pod", "metadata": {"name": "train", "namespace": "team"}, "spec": {"containers": UNKNOWN}}

    findings = pack_of("prod-elsewhere").check([resource_of(pod)]).findings

    assert "Pod team/train: could not be evaluated: spec.containers is unknown at preview" in {
        finding.brief for finding in findings if finding.rule.id == rule
    }
