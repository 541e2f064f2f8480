import json
from typing import Any

from gpu_cluster_policies.reports import json_text
from tests.unit.gpu_cluster_policies.reports.findings import UNSEEN, judged, with_waiver


def _told(text: str) -> dict[str, Any]:
    return json.loads(text)


def test_a_finding_has_all_that_is_known_of_it() -> None:
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


def test_what_is_waived_says_by_whom_and_until_when() -> None:
    *_, waived = _told(json_text(with_waiver()))["findings"]

    assert not waived["stops"]
    assert waived["waiver"] == {
        "owner": "platform",
        "reason": "It measures the network of <its> node.",
        "expires": "2027-01-31",
    }


def test_the_document_names_its_stack_and_has_no_other_name_for_it() -> None:
    told = _told(json_text(judged()))

    assert told["stack"] == judged().name
    assert "name" not in told


def test_the_summary_counts() -> None:
    summary = _told(json_text(with_waiver()))["summary"]

    assert (summary["stopping"], summary["advising"], summary["waived"], summary["resources"]) == (1, 1, 1, 1)


def test_what_was_not_judged_is_counted_and_named() -> None:
    told = _told(json_text(judged(UNSEEN)))

    assert told["summary"]["notJudged"] == 2
    assert told["notJudged"][0] == {
        "kind": "Queue",
        "resource": "Queue team/jobs",
        "why": "no pod template found",
        "file": "pod.yaml",
        "line": 1,
        "key": "",
    }
