"""Exit codes and JSON of `gpu-cluster verify`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gpu_cluster_tools.cli.app import app
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.doctor.check import Group
from gpu_cluster_tools.verify.measurement import Measurement, blocked, measured
from tests.unit.gpu_cluster_tools.cli.test_json import documented

PROJECT = Path(__file__).parents[4]
NODES = Group("nodes")
FINE = measured(NODES.ok("l4", "2 ready"), ready=2)
SKIPPED = measured(NODES.skip("l4 driver", "its nodes are simulated"))
BLOCKED = blocked(NODES.skip("nodes", "not authorized to list nodes"))
BROKEN = measured(NODES.fail("l4", "1 ready"), ready=1)


def ran(monkeypatch: pytest.MonkeyPatch, *checks: Measurement, options: tuple[str, ...] = ()) -> Any:
    def verified(*_: object, with_jobs: bool) -> Iterator[Measurement]:
        yield from checks

    def unasked(*_: object) -> None: ...

    def kubeconfig(*_: object) -> tuple[Path, None]:
        return Path("/nowhere"), None

    monkeypatch.chdir(PROJECT)
    monkeypatch.setattr("gpu_cluster_tools.cli.verify.verified", verified)
    monkeypatch.setattr("gpu_cluster_tools.cli.verify.ApiServer", unasked)
    monkeypatch.setattr(RunningProject, "kubeconfig", kubeconfig)
    return CliRunner().invoke(app, ["verify", "local", *options])


@pytest.mark.parametrize(
    ("checks", "code"),
    [((FINE, SKIPPED), 0), ((FINE, BLOCKED), 3), ((BLOCKED, BROKEN), 1)],
)
def test_exit_code_says_whether_the_platform_is_accepted(
    checks: tuple[Measurement, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ran(monkeypatch, *checks).exit_code == code


def test_json_has_the_numbers_of_each_check(monkeypatch: pytest.MonkeyPatch) -> None:
    found = json.loads(ran(monkeypatch, FINE, BLOCKED, options=("--json",)).stdout)
    assert set(found) == documented()["verify"]
    assert found["summary"] == {"OK": 1, "WARN": 0, "FAIL": 0, "SKIP": 1}
    assert found["checks"][0]["numbers"] == {"ready": 2}
    assert [check["blocked"] for check in found["checks"]] == [False, True]


def test_jobs_option_is_refused_for_team_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    refused = CliRunner().invoke(app, ["verify", "prod-vision", "--jobs"])
    assert refused.exit_code == 2
    assert "not allowed with a team" in refused.output


def test_output_has_the_format_of_the_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ran(monkeypatch, FINE).stdout == "nodes\n  OK   l4: 2 ready\n\n1 OK, 0 WARN, 0 FAIL, 0 SKIP\n"
