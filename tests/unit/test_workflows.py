"""The workflows of GitHub: what they run exists here, and nothing in them trusts a pull request."""

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
def test_github_understands_it(name: str) -> None:
    schemas = import_module("check_jsonschema.builtin_schemas")
    schema = json.loads((Path(str(schemas.__file__)).parent / "vendor/github-workflows.json").read_text())

    content = {("on" if key is True else key): value for key, value in WORKFLOWS[name].items()}
    assert [error.message for error in Draft7Validator(schema).iter_errors(content)] == []  # pyright: ignore[reportUnknownMemberType]


def test_an_auditor_of_workflows_finds_nothing() -> None:
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
def test_what_asks_a_cluster_runs_where_its_api_server_is_reached(name: str) -> None:
    """A private endpoint keeps the runners of GitHub out."""
    jobs = WORKFLOWS[name]["jobs"].values()
    assert {job["runs-on"] for job in jobs} == {"${{ vars.RUNNER || 'ubuntu-24.04' }}"}


def test_an_update_waits_for_its_preview_and_for_who_approves_it() -> None:
    jobs = WORKFLOWS["deploy.yml"]["jobs"]

    assert jobs["update"]["needs"] == "preview"
    assert jobs["update"]["environment"] == "${{ matrix.stack }}"
    assert jobs["preview"]["environment"] == "${{ matrix.stack }}-preview"


def test_a_new_project_has_the_same_workflows_but_for_those_of_the_package() -> None:
    folder = PROJECT / "tools/gpu_cluster_tools/scaffold/project/.github/workflows"
    of_the_package = {"release.yml", "tests.yml"}
    assert {file.name: file.read_text() for file in folder.iterdir()} == {
        name: text for name, text in TEXTS.items() if name not in of_the_package
    }


def test_a_team_says_which_runners_take_its_jobs() -> None:
    jobs = WORKFLOWS["team-stack.yml"]["jobs"].values()
    assert {job["runs-on"] for job in jobs} == {"${{ inputs.runner }}"}


@pytest.mark.parametrize("step", USES, ids=lambda step: step.name)
def test_an_action_is_one_commit_and_says_its_version(step: Step) -> None:
    action = step.content["uses"]

    assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40}", action)
    assert re.search(re.escape(action) + r" # v\d+\.\d+\.\d+$", TEXTS[step.workflow], re.MULTILINE)


def test_an_action_has_the_same_commit_everywhere() -> None:
    commits: dict[str, set[str]] = {}
    for step in USES:
        action, _, commit = step.content["uses"].partition("@")
        commits.setdefault(action, set()).add(commit)

    assert all(len(found) == 1 for found in commits.values()), commits


@pytest.mark.parametrize("step", RUNS, ids=lambda step: step.name)
def test_what_a_step_runs_is_a_command_or_a_target_of_this_project(step: Step) -> None:
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
def test_no_word_of_anyone_becomes_a_part_of_a_script(step: Step) -> None:
    assert "${{" not in step.content["run"]


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_nothing_is_allowed_that_a_job_does_not_ask_for(workflow: str) -> None:
    assert WORKFLOWS[workflow]["permissions"] == {}


@pytest.mark.parametrize(("workflow", "name", "job"), JOBS)
def test_a_job_may_write_no_more_than_it_has_to(workflow: str, name: str, job: dict[str, Any]) -> None:
    allowed = {scope for scope, level in job["permissions"].items() if level == "write"}

    assert allowed == WRITES.get((workflow, name), set())
    assert set(job["permissions"].values()) <= {"read", "write"}


@pytest.mark.parametrize(("workflow", "name", "job"), JOBS)
def test_a_job_ends(workflow: str, name: str, job: dict[str, Any]) -> None:
    longest = 360 if (workflow, name) == ("deploy.yml", "update") else 120
    assert job["timeout-minutes"] <= longest
    assert "concurrency" in WORKFLOWS[workflow]


def test_no_code_of_a_pull_request_meets_a_secret() -> None:
    assert all("pull_request_target" not in text for text in TEXTS.values())
    assert "secrets." not in TEXTS["pull-request.yml"] + TEXTS["team-stack.yml"] + TEXTS["comment.yml"]


@pytest.mark.parametrize(("workflow", "name", "job"), JOBS)
def test_code_that_meets_credentials_is_of_this_repository_and_of_an_environment(
    workflow: str, name: str, job: dict[str, Any]
) -> None:
    own = "github.event.pull_request.head.repo.full_name == github.repository"
    of_pull_requests = "pull_request" in WORKFLOWS[workflow]["on"]
    signs_in = job["permissions"].get("id-token") == "write"

    if of_pull_requests and signs_in:
        assert own in job["if"]
        assert "||" not in job["if"]
    assert ("environment" in job) is signs_in


def test_no_checkout_leaves_its_token_behind() -> None:
    checkouts = [step for step in USES if step.content["uses"].startswith("actions/checkout@")]

    assert checkouts
    assert all(step.content["with"]["persist-credentials"] is False for step in checkouts)


def test_the_comment_is_written_by_the_code_of_the_default_branch() -> None:
    [checkout] = [
        step
        for step in USES
        if step.workflow == "comment.yml" and step.content["uses"].startswith("actions/checkout@")
    ]
    assert set(checkout.content["with"]) == {"persist-credentials"}


def test_the_code_of_a_team_stack_is_the_commit_that_was_named() -> None:
    checkouts = [
        step.content["with"]
        for step in USES
        if step.workflow == "team-stack.yml" and step.content.get("name") == "Check out the platform"
    ]
    assert [step["ref"] for step in checkouts] == ["${{ inputs.ref }}"] * 3
