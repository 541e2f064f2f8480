"""Every rule, on manifests that keep it and manifests that break it."""

from collections import Counter

import pytest

from gpu_cluster_policies import Rule, pack_of
from tests.policies.fixture import FIXTURES, Fixture, fixtures

NUMBERS = set(range(1, 115))
EVERY = fixtures()


def _name(fixture: Fixture) -> str:
    return f"{fixture.rule}/{fixture.path.stem}"


def test_every_rule_is_there() -> None:
    assert {rule.number for rule in pack_of("prod-elsewhere").rules.values()} == NUMBERS


def test_every_rule_has_fixtures_that_pass_and_that_fail() -> None:
    cases = Counter((fixture.rule, fixture.passes) for fixture in EVERY)

    rules = {rule.id for rule in pack_of("prod-elsewhere").rules.values() if not rule.of_operations}

    assert {rule for rule, _ in cases} == rules == {path.name for path in FIXTURES.iterdir()}
    assert {key: count for key, count in cases.items() if count < 2} == {("65-quota-and-defaults", True): 1}


@pytest.mark.parametrize("fixture", EVERY, ids=_name)
def test_findings_are_those_that_the_fixture_names(fixture: Fixture) -> None:
    report = pack_of("prod-elsewhere").check(fixture.resources)

    assert sorted((finding.rule.id, finding.brief) for finding in report.findings) == sorted(fixture.expected)


@pytest.mark.parametrize("fixture", EVERY, ids=_name)
def test_a_fixture_is_about_its_rule(fixture: Fixture) -> None:
    named = {rule for rule, _ in fixture.expected}

    assert (fixture.rule in named) != fixture.passes
    assert not (fixture.passes and named)


def test_a_finding_says_why_and_how_to_fix_it() -> None:
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
def test_every_rule_explains_itself(rule: Rule) -> None:
    assert rule.title
    assert rule.why.endswith(".")
    assert all(rule.references)
    assert rule.fix
