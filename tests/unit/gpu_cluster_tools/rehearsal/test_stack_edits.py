import shutil
from pathlib import Path

import pytest

from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack import load, load_any
from gpu_cluster_tools.rehearsal.stack_copy import StackCopy
from gpu_cluster_tools.rehearsal.stack_edits import edits_of, team_edits_of

STACKS = Path(__file__).parents[4] / "stacks"


@pytest.fixture(params=["local", "onprem"])
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> StackCopy:
    copy = StackCopy(tmp_path / "Pulumi.copy.yaml")
    elsewhere = request.param == "onprem"
    copy.take(STACKS / f"Pulumi.{request.param}.yaml", kubeconfig=".local/kubeconfig" if elsewhere else None)
    return copy


def test_every_edit_can_be_applied(copy: StackCopy) -> None:
    before = load(copy.path)

    for ways in edits_of(before):
        assert any(copy.put(edit.keys, edit.value) for edit in ways)

    assert load(copy.path) != before


def test_model_and_service_of_a_team_can_be_edited(tmp_path: Path) -> None:
    copy = StackCopy(tmp_path / "Pulumi.prod-vision.yaml")
    copy.take(STACKS / copy.path.name)
    shutil.copy(STACKS / "Pulumi.prod.yaml", tmp_path)
    team = load_any(copy.path)
    assert isinstance(team, TeamStack)

    edits = [next(edit for edit in ways if copy.put(edit.keys, edit.value)) for ways in team_edits_of(team)]

    assert list(map(str, edits)) == [
        "model detect takes 4096 tokens of context instead of 8192",
        "service gateway gets the variable REHEARSED",
    ]
    assert copy.get(("config", "gpu-cluster:services", "gateway", "env", "REHEARSED")) == "true"


def test_existing_nodes_are_not_edited(tmp_path: Path) -> None:
    site = load(STACKS / "Pulumi.onprem.yaml")

    assert ["model" in str(edit) for ways in edits_of(site) for edit in ways] == [True, True]


def test_nodes_without_surge_are_replaced_under_their_models(tmp_path: Path) -> None:
    happy = Path(__file__).parents[3] / "stacks" / "happy"
    copy = StackCopy(tmp_path / "Pulumi.copy.yaml")
    copy.take(happy / "eks-models-beside-an-update-without-surge.yaml")

    edits = [edit for ways in edits_of(load(copy.path)) for edit in ways if "new nodes" in str(edit)]

    assert list(map(str, edits)) == [
        "pool l4 gets new nodes with disks of 110Gi",
        "pool l40s gets new nodes with disks of 110Gi",
    ]
    assert all(copy.put(edit.keys, edit.value) for edit in edits)
