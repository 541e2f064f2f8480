"""Compliance evidence of a stack; no claim without a rule that has looked."""

from collections import Counter
from dataclasses import replace

import pytest

from gpu_cluster.config.compliance import Framework
from gpu_cluster_policies import pack_of
from gpu_cluster_policies.compliance import Assessment, Result, assess
from gpu_cluster_policies.frameworks import CATALOGUES
from gpu_cluster_policies.pack import strictest
from gpu_cluster_policies.reports import Evaluation
from gpu_cluster_policies.rule import NotEvaluated
from tests.unit.gpu_cluster_policies.reports.findings import POD, WAIVER, judged, with_waiver

RULES = pack_of("elsewhere").rules


def _results(assessment: Assessment) -> dict[str, Result]:
    return {it.control.id: it.result for it in assessment.controls}


def _cis(of: Evaluation) -> dict[str, Result]:
    return _results(assess(of, Framework.CIS_EKS))


def test_every_framework_that_a_stack_file_may_name_has_a_catalogue() -> None:
    assert set(CATALOGUES) == set(Framework)


@pytest.mark.parametrize("framework", Framework)
def test_a_catalogue_says_where_and_when_its_numbers_are_from(framework: Framework) -> None:
    catalogue = CATALOGUES[framework]

    assert catalogue.source
    assert catalogue.date[:2] == "20"
    assert [key for key, count in Counter(it.id for it in catalogue.controls).items() if count > 1] == []


@pytest.mark.parametrize("framework", Framework)
def test_every_control_that_a_rule_refers_to_is_in_the_catalogue(framework: Framework) -> None:
    catalogue = CATALOGUES[framework]
    known = {f"{catalogue.prefix} {it.id}" for it in catalogue.controls}

    cited = {it for rule in RULES.values() for it in rule.references if it.startswith(f"{catalogue.prefix} ")}

    assert cited - known == set()


def test_a_control_is_broken_where_a_rule_found_something() -> None:
    assert _cis(judged())["4.2.4"] is Result.BROKEN


def test_a_control_is_held_where_its_rules_looked_and_found_nothing() -> None:
    assert _cis(judged())["4.2.1"] is Result.HELD


def test_a_control_is_not_held_where_there_was_nothing_to_look_at() -> None:
    assert _cis(judged("apiVersion: v1\nkind: Node\nmetadata: {name: a}\n"))["4.2.1"] is Result.NOTHING


def test_a_control_rests_on_a_waiver_where_a_role_answers_for_it() -> None:
    assessment = assess(with_waiver(), Framework.CIS_EKS)

    assert _results(assessment)["4.2.4"] is Result.WAIVED
    assert assessment.waivers == (WAIVER,)


def test_a_control_is_not_held_where_its_rule_could_not_be_evaluated() -> None:
    of = judged(POD.replace("hostNetwork: true\n  serviceAccountName: work", "serviceAccountName: ''"))
    unknown = [finding for finding in of.report.findings if finding.rule.number == 56]

    found = tuple(
        NotEvaluated(it.rule, it.resource, it.path, "unknown", "known", it.judged) for it in unknown
    )

    assert _cis(replace(of, report=replace(of.report, findings=found)))["4.1.5"] is Result.NOT_EVALUATED


def test_a_control_that_no_rule_covers_is_not_held() -> None:
    assert _cis(judged())["3.1.1"] is Result.UNCOVERED


def test_evidence_is_what_the_rules_refer_to() -> None:
    [pods] = [it for it in assess(judged(), Framework.POD_SECURITY).controls if "Host Ports" in it.control.id]

    assert [each.rule.id for each in pods.evidence] == ["50-no-host-access"]
    assert strictest().rules["50-no-host-access"] is pods.evidence[0].rule


@pytest.mark.parametrize("framework", Framework)
def test_what_no_rule_covers_says_how_it_is_shown(framework: Framework) -> None:
    catalogue = CATALOGUES[framework]

    bare = [
        it.id for it in catalogue.controls if not it.elsewhere and not catalogue.evidence(it, RULES.values())
    ]

    assert bare == []


def test_every_rule_that_a_catalogue_names_exists() -> None:
    named = {number for each in CATALOGUES.values() for control in each.controls for number in control.rules}

    assert named - {rule.number for rule in RULES.values()} == set()
