"""`gpu-cluster check` as it is typed: what it says and how it ends."""

import json
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli import app
from tests.unit.gpu_cluster_tools.cli.test_app import PROJECT, TALKS, modules_of

NODE = "apiVersion: v1\nkind: Node\nmetadata: {name: a}\n"
QUEUE = "apiVersion: example.com/v1\nkind: Queue\nmetadata: {name: a}\n"
ROOM = "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n"


def _check(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app.app, ["check", *arguments], input=given)


@pytest.mark.parametrize(
    ("manifest", "code"),
    [(NODE, 0), (ROOM, 1), (QUEUE, 3), (f"{NODE}---\n{QUEUE}", 3), (f"{ROOM}---\n{QUEUE}", 1), ("a: 1\n", 3)],
)
def test_it_ends_as_the_manifest_is(tmp_path: Path, manifest: str, code: int) -> None:
    (tmp_path / "a.yaml").write_text(manifest)

    assert _check("-f", str(tmp_path)).exit_code == code
    assert _check("-f", "-", given=manifest).exit_code == code


def test_what_is_piped_in_is_called_so() -> None:
    assert "  <stdin>:1 " in _check("-f", "-", given=ROOM).stdout


def test_an_advisory_finding_stops_nothing(tmp_path: Path) -> None:
    room = ROOM.replace(
        "{name: team}", "{name: team, labels: {pod-security.kubernetes.io/enforce: restricted}}"
    )

    assert _check("elsewhere", "-f", "-", given=room).exit_code == 1
    assert "55-read-only-root advises" not in _check("-f", "-", given=room).stdout


@pytest.mark.parametrize("arguments", [["--json"], ["--format", "json"], ["--format", "sarif"]])
def test_what_is_for_programs_is_json(arguments: list[str]) -> None:
    assert json.loads(_check("-f", "-", *arguments, given=ROOM).stdout)


def test_a_file_gets_all_and_the_terminal_a_line(tmp_path: Path) -> None:
    report = tmp_path / "report.md"

    done = _check("-f", "-", "--format", "markdown", "--output", str(report), given=ROOM)

    assert done.stdout.startswith("manifests: ")
    assert done.stdout.count("\n") == 1
    assert report.read_text().startswith("### Policies: ")


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    done = _check("-f", "-", "--output", str(tmp_path), given=ROOM)

    assert done.exit_code == 2
    assert "cannot be written" in " ".join(done.stderr.replace("│", " ").split())


def test_manifests_that_cannot_be_judged_end_with_all_that_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text("kind: Pod\n")
    (tmp_path / "b.yaml").write_text("kind: [\n")
    monkeypatch.setattr("sys.argv", ["gpu-cluster", "check", "-f", str(tmp_path)])

    with pytest.raises(SystemExit) as ended:
        app.run()

    assert ended.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_manifests_are_judged_without_what_talks_to_a_cloud(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ROOM)

    assert modules_of("check", "-f", str(tmp_path)) & TALKS == set()


def test_a_stack_is_judged_with_the_line_of_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)

    done = _check("local", "--json")

    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert {it["file"] for it in told["findings"]} == {"stacks/Pulumi.local.yaml"}
    assert told["summary"]["exempt"] > 0


def test_what_a_team_cannot_say_is_at_the_line_of_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("stacks", "policies"):
        copytree(PROJECT / folder, tmp_path / folder, ignore=ignore_patterns("*.py"))
    (tmp_path / "Pulumi.yaml").touch()
    environment = tmp_path / "stacks" / "Pulumi.prod.yaml"
    lines = environment.read_text().splitlines(keepends=True)
    environment.write_text("".join(line for line in lines if "gpu-cluster:tags" not in line))
    monkeypatch.chdir(tmp_path)

    text = _check("prod-vision").stdout
    [run] = json.loads(_check("prod-vision", "--format", "sarif").stdout)["runs"]

    at = lines.index("config:\n") + 1
    places = [location["physicalLocation"] for it in run["results"] for location in it["locations"]]
    assert f"stacks/Pulumi.prod.yaml:{at} gpu-cluster:tags" in text
    assert {(it["artifactLocation"]["uri"], it["region"]["startLine"]) for it in places} == {
        ("stacks/Pulumi.prod.yaml", at)
    }
