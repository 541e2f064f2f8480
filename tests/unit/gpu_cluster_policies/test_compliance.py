"""Compliance evidence of a stack; a control is held only if a rule has evaluated it."""

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


def test_every_framework_of_the_stack_file_has_a_catalogue() -> None:
    assert set(CATALOGUES) == set(Framework)


@pytest.mark.parametrize("framework", Framework)
def test_catalogue_has_source_date_and_unique_controls(framework: Framework) -> None:
    catalogue = CATALOGUES[framework]

    assert catalogue.source
    assert catalogue.date[:2] == "20"
    assert [key for key, count in Counter(it.id for it in catalogue.controls).items() if count > 1] == []


@pytest.mark.parametrize("framework", Framework)
def test_controls_cited_by_rules_are_in_the_catalogue(framework: Framework) -> None:
    catalogue = CATALOGUES[framework]
    known = {f"{catalogue.prefix} {it.id}" for it in catalogue.controls}

    cited = {it for rule in RULES.values() for it in rule.references if it.startswith(f"{catalogue.prefix} ")}

    assert cited - known == set()


def test_control_with_a_finding_is_broken() -> None:
    assert _cis(judged())["4.2.4"] is Result.BROKEN


def test_control_without_findings_is_held() -> None:
    assert _cis(judged())["4.2.1"] is Result.HELD


def test_control_without_subjects_is_not_held() -> None:
    assert _cis(judged("apiVersion: v1\nkind: Node\nmetadata: {name: a}\n"))["4.2.1"] is Result.NOTHING


def test_control_with_a_waived_finding_is_waived() -> None:
    assessment = assess(with_waiver(), Framework.CIS_EKS)

    assert _results(assessment)["4.2.4"] is Result.WAIVED
    assert assessment.waivers == (WAIVER,)


def test_control_of_a_rule_not_evaluated_is_not_held() -> None:
    of = judged(POD.replace("hostNetwork: true\n  serviceAccountName: work", "serviceAccountName: ''"))
    unknown = [finding for finding in of.report.findings if finding.rule.number == 56]

    found = tuple(
        NotEvaluated(it.rule, it.resource, it.path, "unknown", "known", it.judged) for it in unknown
    )

    assert _cis(replace(of, report=replace(of.report, findings=found)))["4.1.5"] is Result.NOT_EVALUATED


def test_control_without_a_rule_is_uncovered() -> None:
    assert _cis(judged())["3.1.1"] is Result.UNCOVERED


def test_evidence_is_the_rules_that_cite_the_control() -> None:
    [pods] = [it for it in assess(judged(), Framework.POD_SECURITY).controls if "Host Ports" in it.control.id]

    assert [each.rule.id for each in pods.evidence] == ["50-no-host-access"]
    assert strictest().rules["50-no-host-access"] is pods.evidence[0].rule


@pytest.mark.parametrize("framework", Framework)
def test_control_without_a_rule_states_other_evidence(framework: Framework) -> None:
    catalogue = CATALOGUES[framework]

    bare = [
        it.id for it in catalogue.controls if not it.elsewhere and not catalogue.evidence(it, RULES.values())
    ]

    assert bare == []


def test_rules_named_by_catalogues_exist() -> None:
    named = {number for each in CATALOGUES.values() for control in each.controls for number in control.rules}

    assert named - {rule.number for rule in RULES.values()} == set()
