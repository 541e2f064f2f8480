"""The gate before an update, and `drift` after a manual change, on output of the real engine."""

import shutil
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli.app import app
from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.rehearsal.aws.project import Project

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ROOT = Path(__file__).parents[3]
REGION = "us-east-2"  # of the stack
PROGRAM = """
    import pulumi
    import pulumi_aws as aws
    aws.s3.Bucket("models", bucket="models", opts=pulumi.ResourceOptions(protect=True))
    aws.cloudwatch.LogGroup("audit", name="audit", retention_in_days=7)
"""
ANOTHER = PROGRAM.replace('bucket="models"', 'bucket="weights"')
WAIVER = """
waivers:
  - rule: 89-nothing-lost
    resource: aws:s3/bucket:Bucket models
    stacks: [dev]
    owner: platform
    reason: The bucket is empty, and its name is needed elsewhere.
    expires: 2026-11-30
"""


@pytest.fixture(scope="module")
def project(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The stack `dev` with a small program and an existing bucket and log group."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("state", "stacks"):
        (folder / name).mkdir()
    (folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text().replace(".venv", sys.prefix))
    shutil.copy(ROOT / "stacks/Pulumi.dev.yaml", folder / "stacks")
    project = Project(folder, account, "stacks")
    project.program(PROGRAM)
    created = project.pulumi("stack", "init", "dev")
    assert created.returncode == 0, created.stdout
    project.up()
    return project


def gate(project: Project, program: str) -> Result:
    project.program(program)
    preview = project.pulumi("preview", "--json").stdout
    project.program(PROGRAM)
    return CliRunner().invoke(app, ["gate", "-"], input=preview)


def drift(project: Project, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.chdir(project.folder)
    for name, value in project.environment().items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(app, ["drift", "dev"])


def test_gate_passes_an_update_without_loss(project: Project) -> None:
    found = gate(project, PROGRAM.replace("retention_in_days=7", "retention_in_days=30"))

    assert found.stdout == "dev: 1 step, no data loss: the update may proceed\n"
    assert found.exit_code == 0


def test_gate_passes_a_preview_without_changes(project: Project) -> None:
    assert gate(project, PROGRAM).stdout == "no changes: the update may proceed\n"


def test_gate_blocks_a_replaced_bucket_that_loses_its_protection(project: Project) -> None:
    found = gate(project, ANOTHER.replace("protect=True", "protect=False"))

    assert found.stdout.splitlines()[:2] == [
        "89-nothing-lost: aws:s3/bucket:Bucket models: planned operation is a replacement for "
        "bucket, which deletes the data in it, should be none",
        "  course: the same change removes its protection, so the engine will not refuse",
    ]
    assert found.exit_code == 1


def test_gate_fails_if_the_engine_refuses_the_preview(project: Project) -> None:
    found = gate(project, ANOTHER)

    assert "the preview failed" in found.stderr
    assert found.exit_code == 2


def test_waiver_opens_the_gate(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: gpu-cluster\n")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/waivers.yaml").write_text(WAIVER)
    monkeypatch.chdir(tmp_path)

    found = gate(project, ANOTHER.replace("protect=True", "protect=False"))

    assert "waived until 2026-11-30 by platform: aws:s3/bucket:Bucket models" in found.stdout
    assert found.exit_code == 0


def test_drift_finds_nothing_without_manual_changes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = drift(project, monkeypatch)

    assert found.stdout == "dev: no drift between platform and stack file\n"
    assert found.exit_code == 0


def test_drift_reports_a_manual_change(
    project: Project, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = project.state()
    api = Api(account.endpoint, REGION)
    api.call("logs", "PutRetentionPolicy", logGroupName="audit", retentionInDays=30)

    found = drift(project, monkeypatch)

    assert found.stdout.splitlines() == [
        "dev: 1 drifted",
        "  update LogGroup audit",
        "      retentionInDays: 30 -> 7",
    ]
    assert found.exit_code == 1
    assert project.state() == state
