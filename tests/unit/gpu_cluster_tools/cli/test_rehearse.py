from pathlib import Path

import pytest
import typer

from gpu_cluster_tools.cli.rehearse import rehearse
from gpu_cluster_tools.rehearsal import RehearsalError, copy_project
from tests.rehearsal.checkout import PROJECT

SMALL = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools: {system: {instance: m7i.large, nodes: 1}}
  gpu-cluster:teams: {vision: {gpus: {}}}
"""
VISION = "config:\n  gpu-cluster:team: {environment: local, name: vision}\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = copy_project(PROJECT, tmp_path / "project", {"local": SMALL, "local-vision": VISION})
    monkeypatch.chdir(project)
    return project


def test_a_partition_that_is_not_emulated_is_refused(project: Path) -> None:
    stack = PROJECT / "tests/stacks/happy/eks-govcloud.yaml"
    (project / "stacks/Pulumi.gov.yaml").write_text(stack.read_text())
    with pytest.raises(RehearsalError, match="us-gov-west-1 is in aws-us-gov"):
        rehearse("gov")


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        ("local", "local is not on AWS, where faults strike"),
        (
            "local-vision",
            "local-vision is a team's; faults strike what its environment makes: rehearse local",
        ),
    ],
)
def test_fault_options_without_effect_are_refused(stack: str, words: str) -> None:
    with pytest.raises(typer.BadParameter) as refused:
        rehearse(stack, fault=["throttling=0.2"])

    assert refused.value.message == words


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        ("local", "local is not on AWS, the only place with IAM"),
        (
            "local-vision",
            "local-vision is a team's; IAM decides on what its environment makes: rehearse local",
        ),
    ],
)
def test_permission_options_without_effect_are_refused(stack: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter) as refused:
        rehearse(stack, permissions=tmp_path / "policy.json")
    assert refused.value.message == words

    with pytest.raises(typer.BadParameter) as refused:
        rehearse(stack, with_permissions=[tmp_path / "policy.json"])
    assert refused.value.message == words


def test_keep_is_refused_for_a_stack_of_another_folder(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="not allowed with --from"):
        rehearse("local-vision", source=tmp_path, keep=True)


def test_symbolic_link_from_another_folder_is_refused(project: Path, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.local-vision.yaml").symlink_to(project / "stacks" / "Pulumi.local.yaml")

    with pytest.raises(typer.BadParameter, match="is a symbolic link"):
        rehearse("local-vision", source=tmp_path)
