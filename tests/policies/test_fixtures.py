"""Every rule, on manifests that follow it and manifests that break it."""

from collections import Counter

import pytest

from gpu_cluster_policies import Rule, pack_of
from tests.policies.fixture import FIXTURES, Fixture, fixtures

NUMBERS = set(range(1, 118))
EVERY = fixtures()


def _name(fixture: Fixture) -> str:
    return f"{fixture.rule}/{fixture.path.stem}"


def test_every_rule_exists() -> None:
    assert {rule.number for rule in pack_of("prod-elsewhere").rules.values()} == NUMBERS


def test_every_rule_has_passing_and_failing_fixtures() -> None:
    cases = Counter((fixture.rule, fixture.passes) for fixture in EVERY)

    rules = {rule.id for rule in pack_of("prod-elsewhere").rules.values() if not rule.of_operations}

    assert {rule for rule, _ in cases} == rules == {path.name for path in FIXTURES.iterdir()}
    assert {key: count for key, count in cases.items() if count < 2} == {("65-quota-and-defaults", True): 1}


@pytest.mark.parametrize("fixture", EVERY, ids=_name)
def test_findings_match_the_fixture(fixture: Fixture) -> None:
    report = pack_of("prod-elsewhere").check(fixture.resources)

    assert sorted((finding.rule.id, finding.brief) for finding in report.findings) == sorted(fixture.expected)


@pytest.mark.parametrize("fixture", EVERY, ids=_name)
def test_failing_fixture_names_its_rule_and_passing_fixture_none(fixture: Fixture) -> None:
    named = {rule for rule, _ in fixture.expected}

    assert (fixture.rule in named) != fixture.passes
    assert not (fixture.passes and named)


def test_finding_has_reason_reference_and_fix() -> None:
    [fixture] = [fixture for fixture in EVERY if _name(fixture) == "57-cpu-and-memory/fail-no-memory-limit"]

    [finding] = pack_of("prod-elsewhere").check(fixture.resources).findings

    assert str(finding) == (
        "Deployment serving/chat: spec.template.spec.containers[0].resources.limits.memory is not set, "
        "should be a quantity\n"
        "  why: Without requests, nodes are overcommitted; without a memory limit, one pod can "
        "exhaust the node. (CKV_K8S_10; CKV_K8S_12; CKV_K8S_13; KSV-0015; KSV-0016; KSV-0018; "
        "gatekeeper containerrequests)\n"
        "  fix: set resources.requests.cpu, resources.requests.memory and resources.limits.memory; "
        "for a model, cpu and memory in gpu-cluster:serving.models.<name>"
    )


@pytest.mark.parametrize("rule", pack_of("prod-elsewhere").rules.values(), ids=lambda rule: rule.id)
def test_every_rule_has_title_reason_references_and_fix(rule: Rule) -> None:
    assert rule.title
    assert rule.why.endswith(".")
    assert all(rule.references)
    assert rule.fix
