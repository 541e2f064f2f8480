import json
from typing import Any

from gpu_cluster_policies.reports import json_text
from tests.unit.gpu_cluster_policies.reports.findings import UNSEEN, judged, reviewed, with_waiver


def _told(text: str) -> dict[str, Any]:
    return json.loads(text)


def test_json_finding_has_all_fields() -> None:
    first = _told(json_text(judged()))["findings"][0]

    assert {key: first[key] for key in first if key not in ("why", "references", "fix")} == {
        "rule": "50-no-host-access",
        "title": "Pods use no host namespaces, host paths or host ports",
        "level": "mandatory",
        "stops": True,
        "evaluated": True,
        "resource": "Pod team/work",
        "property": "spec.hostNetwork",
        "actual": "true",
        "expected": "false",
        "file": "pod.yaml",
        "line": 5,
        "key": "spec.hostNetwork",
        "exemption": None,
        "waiver": None,
    }
    assert "CIS 4.2.2" in first["references"]


def test_json_of_a_waived_finding_has_owner_reason_and_expiry() -> None:
    *_, waived = _told(json_text(with_waiver()))["findings"]

    assert not waived["stops"]
    assert waived["waiver"] == {
        "owner": "platform",
        "reason": "It measures the network of <its> node.",
        "expires": "2027-01-31",
    }


def test_json_report_names_its_stack_only_as_stack() -> None:
    told = _told(json_text(judged()))

    assert told["stack"] == judged().name
    assert "name" not in told


def test_json_summary_counts_findings_and_resources() -> None:
    summary = _told(json_text(with_waiver()))["summary"]

    assert (summary["stopping"], summary["advising"], summary["waived"], summary["resources"]) == (1, 1, 1, 1)


def test_json_report_lists_objects_not_evaluated() -> None:
    told = _told(json_text(judged(UNSEEN)))

    assert told["summary"]["notJudged"] == 2
    assert told["notJudged"][0] == {
        "kind": "Queue",
        "resource": "Queue team/jobs",
        "why": "no pod template found",
        "file": "pod.yaml",
        "line": 1,
        "key": "",
        "waiver": None,
    }


def test_json_report_lists_waived_objects_not_evaluated_without_counting_them() -> None:
    told = _told(json_text(reviewed()))

    assert told["summary"]["notJudged"] == 0
    [unseen] = told["notJudged"]
    assert (unseen["kind"], unseen["waiver"]["owner"], unseen["waiver"]["expires"]) == (
        "Queue",
        "platform",
        "2027-01-31",
    )
