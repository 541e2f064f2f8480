"""SARIF reports according to the standard and for GitHub code scanning."""

# pyright: reportMissingTypeStubs=false

import json
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Standard

from gpu_cluster_policies import pack_of
from gpu_cluster_policies.reports import Evaluation, sarif_text
from tests.unit.gpu_cluster_policies.reports.findings import POD, UNSEEN, judged, reviewed, with_waiver


def _run(of: Evaluation) -> dict[str, Any]:
    [run] = json.loads(sarif_text(of))["runs"]
    return run


@pytest.mark.parametrize(
    "of", [judged(), with_waiver(), judged("apiVersion: v1\nkind: Node\n"), judged(UNSEEN), reviewed()]
)
def test_sarif_report_is_valid_against_the_standard(of: Evaluation) -> None:
    Standard.model_validate_json(sarif_text(of))


def test_sarif_schema_rejects_unknown_keys() -> None:
    with pytest.raises(ValidationError):
        Standard.model_validate_json(sarif_text(judged()).replace('"level"', '"levl"'))


def test_sarif_result_has_its_line_and_rule() -> None:
    run = _run(judged())
    result = run["results"][0]
    [location] = result["locations"]

    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "pod.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 5},
    }
    assert result["level"] == "error"
    assert (
        run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "50-no-host-access"
    )


def test_sarif_rules_have_description_and_help() -> None:
    rules = _run(judged())["tool"]["driver"]["rules"]

    assert {rule["id"] for rule in rules} == {*pack_of("elsewhere").rules, "waivers", "not-judged"}
    assert all(rule["help"]["text"] and rule["fullDescription"]["text"] for rule in rules)


def test_sarif_fingerprint_is_independent_of_the_line() -> None:
    prints = [
        [result["partialFingerprints"] for result in _run(of)["results"]]
        for of in (judged(), judged("\n\n" + POD))
    ]

    assert prints[0] == prints[1]
    assert len({json.dumps(each) for each in prints[0]}) == len(prints[0])


def test_waived_sarif_result_is_suppressed_with_its_reason() -> None:
    suppressed = [result for result in _run(with_waiver())["results"] if "suppressions" in result]

    [[suppression]] = [result["suppressions"] for result in suppressed]
    assert suppression == {
        "kind": "external",
        "justification": "It measures the network of <its> node. (platform, until 2027-01-31)",
    }


def test_object_not_evaluated_is_a_sarif_warning_at_its_line() -> None:
    run = _run(judged(UNSEEN))
    [first, second] = run["results"]

    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "not-judged"
    assert first["level"] == second["level"] == "warning"
    assert first["message"]["text"] == "Queue team/jobs: not judged: no pod template found"
    assert second["locations"][0]["physicalLocation"]["region"] == {"startLine": 5}


def test_waived_object_not_evaluated_is_suppressed_in_sarif() -> None:
    [result] = _run(reviewed())["results"]

    assert result["ruleId"] == "not-judged"
    assert result["suppressions"] == [
        {
            "kind": "external",
            "justification": "The <operator> of queues creates no pods. (platform, until 2027-01-31)",
        }
    ]
