import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from gpu_cluster_tools.cli.doctor import doctor
from gpu_cluster_tools.doctor.check import Check, Group

OF_MACHINE, OF_ACCOUNT = Group("machine"), Group("account")


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Check]:
    """Checks that the doctor returns."""
    (tmp_path / "Pulumi.yaml").touch()
    monkeypatch.chdir(tmp_path)
    checks: list[Check] = []

    def examine(*_: Any) -> Iterator[Check]:
        yield from checks

    monkeypatch.setattr("gpu_cluster_tools.cli.doctor.diagnose", examine)
    return checks


def test_checks_are_grouped_with_advice_and_a_summary(
    found: list[Check], capsys: pytest.CaptureFixture[str]
) -> None:
    found += [
        OF_MACHINE.ok("Python", "3.11.7"),
        OF_MACHINE.warn("tools", "2 are to be built", "make up"),
        OF_ACCOUNT.skip("account", "no credentials"),
    ]

    doctor()

    assert capsys.readouterr().out == (
        "machine\n"
        "  OK   Python: 3.11.7\n"
        "  WARN tools: 2 are to be built\n"
        "       -> make up\n"
        "\n"
        "account\n"
        "  SKIP account: no credentials\n"
        "\n"
        "1 OK, 1 WARN, 0 FAIL, 1 SKIP\n"
    )


def test_failed_check_sets_exit_code_1(found: list[Check]) -> None:
    found.append(OF_MACHINE.fail("disk", "full"))

    with pytest.raises(typer.Exit) as exit_:
        doctor()

    assert exit_.value.exit_code == 1


def test_json_output_has_no_other_text(found: list[Check], capsys: pytest.CaptureFixture[str]) -> None:
    found.append(OF_MACHINE.ok("Python", "3.11.7"))

    doctor(as_json=True)

    assert json.loads(capsys.readouterr().out) == {
        "summary": {"OK": 1, "WARN": 0, "FAIL": 0, "SKIP": 0},
        "checks": [
            {"group": "machine", "name": "Python", "verdict": "OK", "found": "3.11.7", "advice": ""},
        ],
    }
