"""The policy that a rehearsal writes is enough for the next one, and no longer without one of its actions."""

import json
from pathlib import Path
from random import Random

import pytest

from gpu_cluster_tools.rehearsal import Sandbox, copy_project, policy_files
from gpu_cluster_tools.rehearsal.aws.iam.deployment_policy import actions_of, allows, without
from gpu_cluster_tools.rehearsal.rehearse import rehearse
from gpu_cluster_tools.rehearsal.small_stack import small_stack
from gpu_cluster_tools.toolchain import AWS_PROVIDER, install
from tests.rehearsal.checkout import PROJECT, run_gpu_cluster

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(
        PROJECT, tmp_path_factory.mktemp("rights") / "project", {"small": small_stack(Random(7))}
    )


def test_the_policy_of_a_rehearsal_is_enough_and_every_action_of_it_is_needed(folder: Path) -> None:
    sandbox = Sandbox(folder, "small", install(also=[AWS_PROVIDER]))
    try:
        report = rehearse(sandbox, print)
        calls = sandbox.account.calls()
    finally:
        sandbox.remove()
    assert report.held, report.as_text()

    paths = policy_files.write(folder / "policy.json", calls)
    documents = [json.loads(path.read_text()) for path in paths]
    assert all(allows(documents, each) for each in calls)
    for action in actions_of(documents):
        less = without(documents, action)
        assert any(not allows(less, each) for each in calls), action

    options = [word for path in paths for word in ("--with-permissions", str(path))]
    again = run_gpu_cluster(folder, "rehearse", "small", *options)
    assert again.returncode == 0, again.stdout + again.stderr

    less = policy_files.write(
        folder / "less.json", (it for it in calls if it.action != "eks:CreateNodegroup")
    )
    options = [word for path in less for word in ("--with-permissions", str(path))]
    failed = run_gpu_cluster(folder, "rehearse", "small", *options)
    assert failed.returncode == 1
    words = "is not authorized to perform: eks:CreateNodegroup on resource"
    assert words in failed.stdout + failed.stderr
