"""Output and exit codes of `gpu-cluster waive`."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_policies.add_waiver import FILE
from gpu_cluster_policies.waivers import project_waivers
from gpu_cluster_tools.cli import app
from tests.unit.gpu_cluster_tools.cli.test_app import PROJECT

RULE, RESOURCE = "72-two-replicas", "Deployment serving/vision"
REASON = "There is one server with one GPU, and no other replica."


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stacks of the project, without waivers."""
    shutil.copy(PROJECT / "Pulumi.yaml", tmp_path)
    shutil.copytree(PROJECT / "stacks", tmp_path / "stacks")
    (tmp_path / "policies").mkdir()
    shutil.copy(PROJECT / "policies" / "settings.yaml", tmp_path / "policies")
    monkeypatch.chdir(tmp_path)
    project_waivers.cache_clear()
    return tmp_path


def waive(*words: str, rule: str = RULE, resource: str = RESOURCE, reason: str = REASON) -> Result:
    until = () if "--until" in words else ("--until", "2099-01-31")
    given = ["waive", rule, resource, "edge", "--owner", "platform", "--reason", reason, *until, *words]
    return CliRunner().invoke(app.app, given)


def words(done: Result) -> str:
    return " ".join(done.stderr.replace("│", " ").split())


def test_second_waiver_of_a_finding_is_refused(project: Path) -> None:
    done = waive()

    assert done.exit_code == 0, done.output
    assert f"{RULE} on {RESOURCE} is waived in edge until 2099-01-31" in done.stdout
    assert f"resource: {RESOURCE}" in (project / FILE).read_text()
    again = waive()
    assert again.exit_code == 2
    assert "is already waived" in words(again)


def test_misspelt_rule_or_resource_gets_a_suggestion() -> None:
    assert "did you mean '72-two-replicas'?" in words(waive(rule="72-two-replica"))
    assert f"did you mean '{RESOURCE}'?" in words(waive(resource="Deployment serving/visio"))


def test_waiver_without_a_finding_requires_force(project: Path) -> None:
    other = "Deployment other/thing-of-mine"

    refused = waive(rule="50-no-host-access", resource=other)

    assert refused.exit_code == 2
    assert "--force" in words(refused)
    assert not (project / FILE).exists()
    assert waive("--force", rule="50-no-host-access", resource=other).exit_code == 0


def test_options_must_satisfy_the_rules_of_the_waiver_file(project: Path) -> None:
    assert "a sentence with the reason" in words(waive(reason="because"))
    assert "is in the past" in words(waive("--until", "2020-01-01"))
    assert "expected a date such as 2027-06-30, got 'tomorrow'" in words(waive("--until", "tomorrow"))
    assert f"unknown rule '72', did you mean '{RULE}'?" in words(waive(rule="72"))
    assert not (project / FILE).exists()


def test_a_kind_that_no_rule_judges_is_waived(project: Path) -> None:
    stack = project / "stacks/Pulumi.edge.yaml"
    (project / "queue.yaml").write_text(
        "{apiVersion: example.com/v1, kind: Queue, metadata: {name: jobs, namespace: serving}}"
    )
    stack.write_text(f"{stack.read_text()}  gpu-cluster:extras: {{manifests: [queue.yaml]}}\n")

    assert "did you mean 'Queue *'?" in words(waive(rule="not-judged", resource="Queues *"))
    done = waive(rule="not-judged", resource="Queue *")

    assert done.exit_code == 0, done.output
    assert "resource: Queue *" in (project / FILE).read_text()
    assert "already waived" in words(waive(rule="not-judged", resource="Queue *"))
