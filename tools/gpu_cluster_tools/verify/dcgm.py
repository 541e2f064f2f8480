"""Quick diagnostics of GPUs by DCGM, and the results of `dcgmi diag -j`.

Form: testing/python3/dcgm_diag_schema.json of NVIDIA/DCGM 4, and Pass, Fail, Warn and Skip of dcgmi/Diag.cpp;
read 2026-11-30.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

COMMAND = """\
nv-hostengine -n > /tmp/nv-hostengine.log 2>&1 &
for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  dcgmi discovery -l > /dev/null 2>&1 && break
  sleep 1
done
dcgmi diag -r 1 -j 2>&1 || true
"""
"""Quick diagnostics, level 1, once the host engine runs."""

_ROOT = "DCGM Diagnostic"
PASS, FAIL, WARN = "Pass", "Fail", "Warn"


class NoDiagnosticError(Exception):
    """The output has no result; the message has its reason if it gives one."""


@dataclass(frozen=True, slots=True)
class DcgmReport:
    tests: dict[str, str]
    """Status of each test by its name."""

    warnings: tuple[str, ...]
    """Reasons of tests that did not pass."""

    def count(self, status: str) -> int:
        return Counter(self.tests.values())[status]


def diagnostic(text: str) -> DcgmReport:
    """`NoDiagnosticError` where there is none. Other lines of the output are passed over."""
    try:
        found: Any = json.loads(text[text.index("{") : text.rindex("}") + 1])[_ROOT]
    except (ValueError, KeyError, TypeError):
        raise NoDiagnosticError(text.strip()[-200:] or "no output") from None
    try:
        return _report(found)
    except (KeyError, TypeError, AttributeError) as error:
        raise NoDiagnosticError(f"the result of dcgmi has an unknown form: {error}") from None


def _report(found: Any) -> DcgmReport:
    if error := found.get("runtime_error"):
        raise NoDiagnosticError(str(error))
    tests = [test for category in found.get("test_categories", []) for test in category["tests"]]
    if not tests:
        raise NoDiagnosticError("no test was run")
    return DcgmReport(
        {test["name"]: test["test_summary"]["status"] for test in tests},
        tuple(warning for test in tests for warning in _warnings(test)),
    )


def _warnings(test: dict[str, Any]) -> Iterator[str]:
    for result in test["results"]:
        if result["status"] in (FAIL, WARN):
            for warning in result.get("warnings", []):
                where = f"{result['entity_group']} {result['entity_id']}"
                yield f"{test['name']}, {where}: {warning['warning']}"
