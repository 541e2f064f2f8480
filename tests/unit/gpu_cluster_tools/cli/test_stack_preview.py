"""`gpu-cluster gate --stack` with the real engine, before and after the first deployment."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli.app import app
from gpu_cluster_tools.toolchain import Toolchain, install

STACK = """\
config:
  gpu-cluster:cluster: {provider: existing}
  gpu-cluster:pools: {cpu: {instance: m7i.xlarge, nodes: 1}}
"""
PROGRAM = """\
import pulumi

pulumi.ComponentResource("acme:index:Platform", "platform")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "acme"
    (folder / "stacks").mkdir(parents=True)
    (folder / "stacks/Pulumi.lab.yaml").write_text(STACK)
    (folder / "stacks/__main__.py").write_text(PROGRAM)
    (folder / "Pulumi.yaml").write_text(
        "name: acme\nmain: stacks\nstackConfigDir: stacks\n"
        f"runtime: {{name: python, options: {{virtualenv: {sys.prefix}}}}}\n"
    )
    (tmp_path / "state").mkdir()
    monkeypatch.setenv("PULUMI_BACKEND_URL", (tmp_path / "state").as_uri())
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "rehearsed")
    monkeypatch.chdir(folder)
    return folder


def gate(*options: str) -> Result:
    return CliRunner().invoke(app, ["gate", "--stack", "lab", *options])


def pulumi(toolchain: Toolchain, *arguments: str) -> str:
    return subprocess.run(
        [toolchain.path("pulumi"), *arguments, "--stack", "lab", "--non-interactive"],
        env=toolchain.environment(),
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.mark.engine
@pytest.mark.slow
def test_undeployed_stack_requires_first_option(project: Path) -> None:
    toolchain = install()
    file = project / "stacks/Pulumi.lab.yaml"

    refused = gate()
    assert f"lab is not deployed: the state backend has no such stack (file://{project.parent}/state)" in str(
        refused.exception
    )
    assert "`gh workflow run deploy.yml -f first=lab`" in str(refused.exception)

    first = gate("--first")
    assert (first.exit_code, first.stdout) == (0, "lab: 2 steps, no data loss: the update may proceed\n")
    assert file.read_text() == STACK
    assert not list((project.parent / "state").rglob("lab.json"))

    pulumi(toolchain, "stack", "select", "--create")
    pulumi(toolchain, "up", "--yes")
    file.write_text(STACK)  # the next run on GitHub has no encryption salt of an earlier one
    again = gate()
    assert (again.exit_code, again.stdout) == (0, "no changes: the update may proceed\n")
    assert "lab has a state (file://" in str(gate("--first").exception)


@pytest.mark.engine
@pytest.mark.slow
def test_failed_first_preview_exits_with_2(project: Path) -> None:
    (project / "stacks/__main__.py").write_text("raise SystemExit('no account')\n")

    failed = gate("--first")

    assert (failed.exit_code, failed.stdout) == (2, "")
    assert failed.stderr.startswith("error: preview of lab: the preview failed, so its changes are unknown:")


@pytest.mark.parametrize("arguments", [[], ["-", "--stack", "lab"], ["-", "--first"]])
def test_either_a_file_or_a_stack_is_required(arguments: list[str]) -> None:
    refused = CliRunner().invoke(app, ["gate", *arguments])

    assert refused.exit_code == 2
    assert "--stack" in refused.output
