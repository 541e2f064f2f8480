"""The real AWS provider checks a stack in AWS GovCloud (US). Nothing is created there."""

import json
import subprocess
from pathlib import Path

import pytest

from gpu_cluster_policies.preview import read_preview
from gpu_cluster_tools.rehearsal import copy_project
from gpu_cluster_tools.rehearsal.aws import Account
from tests.rehearsal.aws.project import Project
from tests.rehearsal.checkout import PROJECT

pytestmark = [pytest.mark.engine, pytest.mark.slow]

STACK = (PROJECT / "tests/stacks/happy/eks-govcloud.yaml").read_text()


def preview(folder: Path, account: Account, stack: str) -> subprocess.CompletedProcess[str]:
    project = Project(copy_project(PROJECT, folder / "project", {"gov": stack}), account)
    (project.folder / "state").mkdir()
    environment = project.environment()
    for command in (["stack", "select", "--create"], ["preview", "--json"]):
        done = subprocess.run(
            ["pulumi", *command, "--stack", "gov", "--non-interactive"],
            cwd=project.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return done
    return done


def test_the_provider_accepts_every_resource_of_a_stack_in_govcloud(account: Account, tmp_path: Path) -> None:
    done = preview(tmp_path, account, STACK)

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    steps = read_preview(done.stdout).steps
    on_aws = [step for step in steps if step.type.startswith("aws:")]
    assert len(on_aws) > 100
    text = json.dumps([step.after for step in on_aws])
    assert "arn:aws-us-gov:iam::aws:policy/AmazonEKSClusterPolicy" in text
    assert "arn:aws:" not in text
