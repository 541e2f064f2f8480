"""Exit codes, text and JSON of `gpu-cluster cost --actual`."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gpu_cluster.cost import Gap, MeasuredUsage
from gpu_cluster_tools.cli.app import app
from gpu_cluster_tools.usage import NoUsageError
from tests.unit.gpu_cluster.cost.actual.test_period_cost import CHAT, GPU, L4, START, USAGE
from tests.unit.gpu_cluster_tools.cli.test_json import documented

PROJECT = Path(__file__).parents[4]
URL = ("--prometheus", "http://127.0.0.1:9")


def ran(
    monkeypatch: pytest.MonkeyPatch, *options: str, usage: MeasuredUsage = USAGE, stack: str = "prod"
) -> Any:
    def read(*_: object) -> MeasuredUsage:
        return usage

    monkeypatch.chdir(PROJECT)
    monkeypatch.setattr("gpu_cluster_tools.cli.actual_cost.usage_in", read)
    return CliRunner().invoke(app, ["cost", stack, *options])


def test_output_shows_nodes_holders_and_shared_parts_beside_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    done = ran(monkeypatch, "--actual", *URL)
    assert done.exit_code == 0, done.output
    lines = {line.split("  ")[1].strip(): line for line in done.stdout.splitlines() if line.startswith("  ")}
    assert "30.0 h g6.4xlarge on demand; 10.0 h g6.4xlarge spot, estimated" in lines["l4"]
    assert "10.0 h reserved" not in lines["h100"]
    assert "10.0 h in a capacity block, not run" in lines["h100"]
    assert "team vision" in lines
    assert "shared: GPUs that no pod held, h100" in lines
    assert "measured: 10.0 of 10.0 hours, 100.0 %" in done.stdout
    assert "servers of pool h100 count as reserved" in done.stdout


def test_gap_in_samples_is_reported_with_exit_code_3(monkeypatch: pytest.MonkeyPatch) -> None:
    gaps = tuple(
        Gap(START + timedelta(minutes=20 * it), START + timedelta(minutes=20 * it + 5)) for it in range(7)
    )
    done = ran(monkeypatch, "--actual", *URL, usage=replace(USAGE, gaps=gaps))
    assert done.exit_code == 3
    assert "measured: 9.4 of 10.0 hours, 94.2 %; no samples in" in done.stdout
    assert "2026-11-20 00:20 to 2026-11-20 00:25 UTC" in done.stdout
    assert "and 2 more" in done.stdout
    assert "total, at least" in done.stdout


def test_json_keys_match_the_docs(monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads(ran(monkeypatch, "--actual", "--json", *URL).stdout)
    assert document.keys() == documented()["cost --actual"]
    assert document["hours"] == document["measuredHours"] == 10


def test_stack_outside_aws_shows_hours_without_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = L4._replace(instance="", market="")
    usage = replace(
        USAGE, nodes={kind: 20}, offered={(kind, GPU): 20}, held={(kind, GPU, CHAT): 5}, used={}, idle={}
    )
    done = ran(monkeypatch, "--actual", *URL, usage=usage, stack="local")
    assert "$" not in done.stdout
    assert "the cost of your own servers is not known" in done.stdout
    assert done.exit_code == 3  # the utilization of its GPU hours is unknown


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--since", "7d"), "requires --actual"),
        (("--prometheus", "http://a.example"), "requires --actual"),
        (("--actual", "--against", "main"), "not allowed with --actual"),
        (("--actual", "--assume", "nat-gb=1"), "not allowed with --actual"),
        (("--actual", "--markdown"), "not allowed with --actual"),
        (("--actual", "--since", "yesterday"), "got 'yesterday'"),
        (("--actual", "--prometheus", "a.example"), "expected an address"),
    ],
)
def test_conflicting_options_are_refused(
    options: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = ran(monkeypatch, *options)
    assert done.exit_code == 2
    assert message in " ".join(done.output.replace("│", " ").split())


def test_team_stack_refers_to_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    done = ran(monkeypatch, "--actual", *URL, stack="prod-vision")
    assert done.exit_code == 2
    assert "gpu-cluster cost prod" in " ".join(done.output.replace("│", " ").split())


def test_stack_without_telemetry_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error precedes any connection to a cluster."""
    done = ran(monkeypatch, "--actual", stack="local")
    assert isinstance(done.exception, NoUsageError)
    assert "telemetry is off" in str(done.exception)
