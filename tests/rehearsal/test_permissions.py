"""The policy that a rehearsal writes is sufficient for the next one, and each of its actions is required."""

import json
from pathlib import Path
from random import Random

import pytest

from gpu_cluster_tools.rehearsal import Sandbox, copy_project, policy_files
from gpu_cluster_tools.rehearsal.aws.iam.later_updates import later_updates
from gpu_cluster_tools.rehearsal.rehearse import rehearse
from gpu_cluster_tools.rehearsal.small_stack import small_stack
from gpu_cluster_tools.toolchain import AWS_PROVIDER, install
from tests.rehearsal.checkout import PROJECT, run_gpu_cluster
from tests.rehearsal.deployment_policies import actions_of, allows, without

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(1800)]


_BOUNDARY = Path(__file__).parent / "aws/unusual/Pulumi.boundary.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    stacks = {"small": small_stack(Random(7)), "boundary": _BOUNDARY.read_text()}
    return copy_project(PROJECT, tmp_path_factory.mktemp("rights") / "project", stacks)


@pytest.mark.parametrize(
    ("name", "missing"), [("small", "eks:CreateNodegroup"), ("boundary", "backup-storage:MountCapsule")]
)
def test_written_policy_is_sufficient_and_every_action_is_required(
    folder: Path, name: str, missing: str
) -> None:
    sandbox = Sandbox(folder, name, install(also=[AWS_PROVIDER]))
    try:
        report = rehearse(sandbox, print)
        calls = sandbox.account.calls()
    finally:
        sandbox.remove()
    assert report.held, report.as_text()

    paths = policy_files.write(folder / "policy.json", calls)
    documents = [json.loads(path.read_text()) for path in paths]
    assert all(allows(documents, each) for each in calls)
    needed = [*calls, *later_updates(calls)]
    for action in actions_of(documents):
        less = without(documents, action)
        assert any(not allows(less, each) for each in needed), action

    options = [word for path in paths for word in ("--with-permissions", str(path))]
    again = run_gpu_cluster(folder, "rehearse", name, *options)
    assert again.returncode == 0, again.stdout + again.stderr

    less = policy_files.write(folder / "less.json", (it for it in calls if it.action != missing))
    options = [word for path in less for word in ("--with-permissions", str(path))]
    failed = run_gpu_cluster(folder, "rehearse", name, *options)
    assert failed.returncode == 1
    words = f"is not authorized to perform: {missing} on resource"
    assert words in failed.stdout + failed.stderr
