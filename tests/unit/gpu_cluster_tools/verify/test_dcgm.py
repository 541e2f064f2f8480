"""Results of DCGM in its own schema, testing/python3/dcgm_diag_schema.json of NVIDIA/DCGM."""

import json
from typing import Any

import pytest

from gpu_cluster_tools.verify.dcgm import NoDiagnosticError, diagnostic


def result(status: str, *warnings: str) -> dict[str, Any]:
    found: dict[str, Any] = {"entity_group": "GPU", "entity_group_id": 1, "entity_id": 0, "status": status}
    listed = [
        {"error_category": 7, "error_id": 40, "error_severity": 3, "warning": warning} for warning in warnings
    ]
    return found | ({"warnings": listed} if listed else {})


def output(*tests: tuple[str, dict[str, Any]], **root: Any) -> str:
    listed = [{"name": name, "results": [it], "test_summary": {"status": it["status"]}} for name, it in tests]
    categories = [{"category": "Deployment", "tests": listed}] if listed else []
    return json.dumps({"DCGM Diagnostic": {"test_categories": categories, **root}, "entity_groups": []})


def test_tests_are_counted_by_status() -> None:
    text = output(
        ("software", result("Pass")),
        ("memory", result("Fail", "GPU 0 has a row remap failure")),
        ("pcie", result("Skip")),
    )
    found = diagnostic(f"Successfully started\n{text}\n")
    assert [found.count(status) for status in ("Pass", "Fail", "Warn", "Skip")] == [1, 1, 0, 1]
    assert found.warnings == ("memory, GPU 0: GPU 0 has a row remap failure",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Error: unable to establish a connection to the specified host: localhost", "unable to establish"),
        (output(runtime_error="The NVIDIA driver is not loaded"), "driver is not loaded"),
        (output(), "no test was run"),
        ('{"DCGM Diagnostic": []}', "has an unknown form"),
        (
            '{"DCGM Diagnostic": {"test_categories": [{"tests": [{"name": "memory"}]}]}}',
            "has an unknown form",
        ),
        ("", "no output"),
    ],
)
def test_output_without_a_result_is_an_error_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(NoDiagnosticError, match=says):
        diagnostic(text)
