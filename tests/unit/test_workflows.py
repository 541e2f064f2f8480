"""GitHub workflows: what they run exists, and they do not trust pull requests."""

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from gpu_cluster_tools.cli.app import COMMANDS
from gpu_cluster_tools.cli.lazy_group import command

PROJECT = Path(__file__).parents[2]
FILES = sorted((PROJECT / ".github/workflows").glob("*.yml"))
TEXTS = {file.name: file.read_text() for file in FILES}
WORKFLOWS: dict[str, Any] = {
    name: YAML(typ="safe", pure=True).load(text)  # pyright: ignore[reportUnknownMemberType]
    for name, text in TEXTS.items()
}
SHELL = {"while", "do", "done", "read"}
WRITES = {
    ("pull-request.yml", "check"): {"security-events"},
    ("comment.yml", "comment"): {"pull-requests"},
    ("team-stack.yml", "comment"): {"pull-requests"},
    ("gate.yml", "gate"): {"id-token"},
    ("drift.yml", "drift"): {"id-token", "issues"},
    ("deploy.yml", "preview"): {"id-token"},
    ("deploy.yml", "update"): {"id-token"},
    ("release.yml", "release"): {"contents"},
}
"""Write permissions of each job; all others read."""


class Step(NamedTuple):
    workflow: str
    job: str
    content: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.workflow}: {self.content.get('name') or self.content.get('uses')}"


JOBS: list[tuple[str, str, dict[str, Any]]] = [
    (workflow, name, job) for workflow, content in WORKFLOWS.items() for name, job in content["jobs"].items()
]
STEPS = [Step(workflow, name, step) for workflow, name, job in JOBS for step in job["steps"]]
RUNS = [step for step in STEPS if "run" in step.content]
USES = [step for step in STEPS if "uses" in step.content]


def targets() -> set[str]:
    return set(re.findall(r"^([.\w/-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflow_matches_the_github_schema(name: str) -> None:
    schemas = import_module("check_jsonschema.builtin_schemas")
    schema = json.loads((Path(str(schemas.__file__)).parent / "vendor/github-workflows.json").read_text())

    content = {("on" if key is True else key): value for key, value in WORKFLOWS[name].items()}
    assert [error.message for error in Draft7Validator(schema).iter_errors(content)] == []  # pyright: ignore[reportUnknownMemberType]


def test_zizmor_has_no_findings() -> None:
    zizmor = Path(sys.executable).with_name("zizmor")
    done = subprocess.run(
        [zizmor, "--offline", "--persona", "pedantic", "--no-progress", *FILES],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["gate.yml", "drift.yml", "deploy.yml"])
def test_cluster_jobs_run_on_the_configured_runner(name: str) -> None:
    """A private endpoint is not reachable from GitHub's runners."""
    jobs = WORKFLOWS[name]["jobs"].values()
    assert {job["runs-on"] for job in jobs} == {"${{ vars.RUNNER || 'ubuntu-24.04' }}"}


def test_update_waits_for_preview_and_approval() -> None:
    jobs = WORKFLOWS["deploy.yml"]["jobs"]

    assert jobs["update"]["needs"] == "preview"
    assert jobs["update"]["environment"] == "${{ matrix.stack }}"
    assert jobs["preview"]["environment"] == "${{ matrix.stack }}-preview"


def test_new_project_has_all_workflows_except_release_and_tests() -> None:
    folder = PROJECT / "tools/gpu_cluster_tools/scaffold/project/.github/workflows"
    of_the_package = {"release.yml", "tests.yml"}
    assert {file.name: file.read_text() for file in folder.iterdir()} == {
        name: text for name, text in TEXTS.items() if name not in of_the_package
    }


def test_team_workflow_runs_on_the_given_runner() -> None:
    jobs = WORKFLOWS["team-stack.yml"]["jobs"].values()
    assert {job["runs-on"] for job in jobs} == {"${{ inputs.runner }}"}


@pytest.mark.parametrize("step", USES, ids=lambda step: step.name)
def test_action_is_pinned_to_a_commit_with_its_version(step: Step) -> None:
    action = step.content["uses"]

    assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40}", action)
    assert re.search(re.escape(action) + r" # v\d+\.\d+\.\d+$", TEXTS[step.workflow], re.MULTILINE)


def test_action_has_the_same_commit_everywhere() -> None:
    commits: dict[str, set[str]] = {}
    for step in USES:
        action, _, commit = step.content["uses"].partition("@")
        commits.setdefault(action, set()).add(commit)

    assert all(len(found) == 1 for found in commits.values()), commits


@pytest.mark.parametrize("step", RUNS, ids=lambda step: step.name)
def test_workflow_step_runs_an_existing_command_or_target(step: Step) -> None:
    lines = [line.strip() for line in step.content["run"].splitlines() if line.strip()]

    assert lines
    for line in lines:
        words = line.split()
        if words[0] == "sudo":
            words = words[words.index("make") :]
        if words[0] == "make":
            assert words[-1] in targets()
        elif words[0].endswith(".venv/bin/gpu-cluster"):
            assert words[1] in COMMANDS
            options = {
                name
                for parameter in command(words[1]).params
                for name in (*parameter.opts, *parameter.secondary_opts)
            }
            assert {word for word in words if word.startswith("--")} <= options
        else:
            assert words[0] in SHELL


@pytest.mark.parametrize("step", RUNS, ids=lambda step: step.name)
def test_run_step_has_no_expression(step: Step) -> None:
    assert "${{" not in step.content["run"]


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_workflow_has_no_default_permissions(workflow: str) -> None:
    assert WORKFLOWS[workflow]["permissions"] == {}


@pytest.mark.parametrize(("workflow", "name", "job"), JOBS)
def test_job_has_only_its_required_write_permissions(workflow: str, name: str, job: dict[str, Any]) -> None:
    allowed = {scope for scope, level in job["permissions"].items() if level == "write"}

    assert allowed == WRITES.get((workflow, name), set())
    assert set(job["permissions"].values()) <= {"read", "write"}


@pytest.mark.parametrize(("workflow", "name", "job"), JOBS)
def test_job_has_a_timeout_and_workflow_a_concurrency_group(
    workflow: str, name: str, job: dict[str, Any]
) -> None:
    longest = 360 if (workflow, name) == ("deploy.yml", "update") else 120
    assert job["timeout-minutes"] <= longest
    assert "concurrency" in WORKFLOWS[workflow]


def test_pull_request_workflows_have_no_secrets() -> None:
    assert all("pull_request_target" not in text for text in TEXTS.values())
    assert "secrets." not in TEXTS["pull-request.yml"] + TEXTS["team-stack.yml"] + TEXTS["comment.yml"]


@pytest.mark.parametrize(("workflow", "name", "job"), JOBS)
def test_jobs_with_credentials_run_only_code_of_this_repository(
    workflow: str, name: str, job: dict[str, Any]
) -> None:
    own = "github.event.pull_request.head.repo.full_name == github.repository"
    of_pull_requests = "pull_request" in WORKFLOWS[workflow]["on"]
    signs_in = job["permissions"].get("id-token") == "write"

    if of_pull_requests and signs_in:
        assert own in job["if"]
        assert "||" not in job["if"]
    assert ("environment" in job) is signs_in


def test_checkout_does_not_persist_credentials() -> None:
    checkouts = [step for step in USES if step.content["uses"].startswith("actions/checkout@")]

    assert checkouts
    assert all(step.content["with"]["persist-credentials"] is False for step in checkouts)


def test_comment_workflow_checks_out_the_default_branch() -> None:
    [checkout] = [
        step
        for step in USES
        if step.workflow == "comment.yml" and step.content["uses"].startswith("actions/checkout@")
    ]
    assert set(checkout.content["with"]) == {"persist-credentials"}


def test_team_workflow_checks_out_the_given_platform_commit() -> None:
    checkouts = [
        step.content["with"]
        for step in USES
        if step.workflow == "team-stack.yml" and step.content.get("name") == "Check out the platform"
    ]
    assert [step["ref"] for step in checkouts] == ["${{ inputs.ref }}"] * 3
