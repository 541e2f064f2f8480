"""`--json` of every command that reads: one document with the documented keys, and no build."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from gpu_cluster.stack import load_any
from gpu_cluster_tools.cli.app import COMMANDS, app
from gpu_cluster_tools.cli.lazy_group import command
from gpu_cluster_tools.cli.team_stack import team_data
from gpu_cluster_tools.toolchain import ToolchainError

PROJECT = Path(__file__).parents[4]
PREVIEW = str(PROJECT / "tests/unit/gpu_cluster_tools/review/previews/unchanged.json")
WRITES = {"campaign", "comment", "copy", "down", "init", "new", "up", "waive"}
"""Commands that print no data of a stack."""

READS: Mapping[str, tuple[str, ...]] = {
    "check": ("check", "local"),
    "cost": ("cost", "local"),
    "cost --against main": ("cost", "local", "--against", "HEAD"),
    "diagram": ("diagram", "local"),
    "doctor": ("doctor",),
    "gate": ("gate", PREVIEW),
    "gpus": ("gpus", "--gpu", "L4"),
    "images": ("images", "local"),
    "plan": ("plan", "local"),
    "report": ("report", "local", "--framework", "pod-security"),
    "review": ("review", "local", "--against", "HEAD"),
    "validate": ("validate", "local"),
}
"""Commands that need no cluster, by their row in docs/json.md."""


def documented() -> Mapping[str, set[str]]:
    """Documented keys of each JSON document."""
    page = (PROJECT / "docs/json.md").read_text()
    rows = re.findall(r"^\| `([^`]+)`([^|]*)\| (.*) \|$", page, re.MULTILINE)
    return {
        f"{name}{rest}".strip(): set(re.findall(r"\w+", keys.partition("}")[0].partition("{")[2]))
        for name, rest, keys in rows
    }


def test_every_json_document_names_the_stack_with_the_same_key() -> None:
    of_resources = "plan --against main"
    assert [row for row, keys in documented().items() if "name" in keys] == [of_resources]
    assert "stack" in documented()["check"]


@pytest.fixture(autouse=True)
def _nothing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a command that reads builds a tool")

    monkeypatch.setattr("gpu_cluster_tools.toolchain.toolchain.store", refuse)
    monkeypatch.setattr("gpu_cluster_tools.toolchain.toolchain.fetch_kubernetes_provider", refuse)


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - WRITES))
def test_every_reading_command_has_the_json_option(name: str) -> None:
    assert "--json" in {option for parameter in command(name).params for option in parameter.opts}
    assert name in documented()


@pytest.mark.parametrize("name", READS)
def test_json_keys_match_the_docs(name: str) -> None:
    done = CliRunner().invoke(app, [*READS[name], "--json"])

    assert done.exit_code in (0, 1, 3), done.exception
    found = json.loads(done.stdout)
    first: Any = cast("list[Any]", found)[0] if isinstance(found, list) else found
    keys = documented()[name] | (documented()["cost"] if name.startswith("cost ") else set[str]())
    assert set(first) == keys


def test_schema_is_json_with_and_without_the_option() -> None:
    runs = [CliRunner().invoke(app, ["schema", *options]).stdout for options in ([], ["--json"])]
    assert json.loads(runs[0]) == json.loads(runs[1])


def test_status_of_a_team_has_the_documented_keys() -> None:
    team: Any = load_any(PROJECT / "stacks/Pulumi.prod-vision.yaml")
    assert set(team_data("prod-vision", team, ())) == documented()["status of a team"]


@pytest.mark.parametrize("name", ["status", "drift", "verify"])
def test_command_on_aws_stack_without_engine_is_an_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    done = CliRunner().invoke(app, [name, "prod", "--json"])

    assert isinstance(done.exception, ToolchainError)
    assert "this command is read-only" in str(done.exception)
