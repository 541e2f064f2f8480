"""Output and exit codes of `gpu-cluster check`."""

import json
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli import app
from gpu_cluster_tools.cli.project import NoStackError
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
def test_exit_code_depends_on_findings_in_manifests(tmp_path: Path, manifest: str, code: int) -> None:
    (tmp_path / "a.yaml").write_text(manifest)

    assert _check("-f", str(tmp_path)).exit_code == code
    assert _check("-f", "-", given=manifest).exit_code == code


def test_findings_in_piped_manifests_name_stdin() -> None:
    assert "  <stdin>:1 " in _check("-f", "-", given=ROOM).stdout


def test_empty_stack_name_is_not_the_default() -> None:
    assert isinstance(_check("").exception, NoStackError)


def test_file_name_with_invalid_utf_8_is_written_with_a_replacement(tmp_path: Path) -> None:
    (tmp_path / "\udcff.yaml").write_text(ROOM)

    found = _check("-f", str(tmp_path), "-o", str(tmp_path / "findings.txt"))

    assert isinstance(found.exception, SystemExit)
    assert "?.yaml:1" in (tmp_path / "findings.txt").read_text()


def test_advisory_finding_does_not_block(tmp_path: Path) -> None:
    room = ROOM.replace(
        "{name: team}", "{name: team, labels: {pod-security.kubernetes.io/enforce: restricted}}"
    )

    assert _check("elsewhere", "-f", "-", given=room).exit_code == 1
    assert "55-read-only-root advises" not in _check("-f", "-", given=room).stdout


@pytest.mark.parametrize("arguments", [["--json"], ["--format", "json"], ["--format", "sarif"]])
def test_json_and_sarif_output_parse_as_json(arguments: list[str]) -> None:
    assert json.loads(_check("-f", "-", *arguments, given=ROOM).stdout)


def test_output_file_gets_the_report_and_terminal_a_summary_line(tmp_path: Path) -> None:
    report = tmp_path / "report.md"

    done = _check("-f", "-", "--format", "markdown", "--output", str(report), given=ROOM)

    assert done.stdout.startswith("manifests: ")
    assert done.stdout.count("\n") == 1
    assert report.read_text().startswith("### Policies: ")


def test_unwritable_output_path_is_an_error(tmp_path: Path) -> None:
    done = _check("-f", "-", "--output", str(tmp_path), given=ROOM)

    assert done.exit_code == 2
    assert "cannot be written" in " ".join(done.stderr.replace("│", " ").split())


def test_invalid_manifests_are_all_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text("kind: Pod\n")
    (tmp_path / "b.yaml").write_text("kind: [\n")
    monkeypatch.setattr("sys.argv", ["gpu-cluster", "check", "-f", str(tmp_path)])

    with pytest.raises(SystemExit) as ended:
        app.run()

    assert ended.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_check_of_manifests_imports_no_cloud_client(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ROOM)

    assert modules_of("check", "-f", str(tmp_path)) & TALKS == set()


def test_findings_of_a_stack_name_the_stack_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)

    done = _check("local", "--json")

    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert {it["file"] for it in told["findings"]} == {"stacks/Pulumi.local.yaml"}
    assert told["summary"]["exempt"] > 0


def test_finding_caused_by_the_environment_points_to_the_line_in_its_file(
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
