"""Output of `gpu-cluster report`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli import app

PROJECT = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)


def _report(*arguments: str) -> Result:
    return CliRunner().invoke(app.app, ["report", *arguments])


def test_report_shows_evidence_for_a_framework() -> None:
    done = _report("local", "--framework", "pod-security")

    assert done.exit_code == 0
    assert done.stdout.startswith("# local: Kubernetes Pod Security Standards\n")


def test_json_has_each_requested_framework() -> None:
    done = _report("local", "--json", "--framework", "pod-security", "--framework", "cis-eks")

    assert [it["framework"] for it in json.loads(done.stdout)] == ["pod-security", "cis-eks"]


def test_stack_file_without_framework_requires_the_option() -> None:
    done = _report("local")

    assert done.exit_code == 2
    assert "set --framework to one of cis-eks" in " ".join(done.stderr.replace("│", " ").split())


def test_unknown_framework_is_an_error() -> None:
    assert _report("local", "--framework", "iso").exit_code == 2


def test_html_report_is_written_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "local.html"

    done = _report("local", "--html", str(file))

    assert done.exit_code == 0
    assert done.stdout == f"written to {file}\n"
    assert file.read_text().startswith("<!doctype html>")
