from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gpu_cluster_policies.pack import Pack, pack_of
from gpu_cluster_policies.waivers import load_waivers
from gpu_cluster_tools.review.changes import Action, ResourceChange, changes
from gpu_cluster_tools.review.data_loss import data_losses
from tests.unit.gpu_cluster_tools.review.resources import resource

FILES = resource("aws:efs/fileSystem:FileSystem", "home", {"encrypted": True}, retained=True)
SYSTEM = resource("aws:eks/nodeGroup:NodeGroup", "system", {"instanceTypes": ["m7i.xlarge"]})
GPUS = resource("aws:eks/nodeGroup:NodeGroup", "l4", {"instanceTypes": ["g6.4xlarge"]})
WAIVER = """\
waivers:
  - rule: 89-nothing-lost
    resource: "aws:efs/fileSystem:FileSystem home"
    stacks: [site]
    owner: platform
    reason: The homes were copied to another file system last week.
    expires: 2026-12-31
"""


@pytest.fixture
def pack() -> Pack:
    return pack_of("site")


def names(found: list[ResourceChange]) -> list[str]:
    return [change.name for change in found]


def test_deleted_data_and_gpu_pools_are_losses(pack: Pack) -> None:
    before = [FILES, SYSTEM, GPUS]
    assert sorted(names(data_losses(changes(before, []), before, pack))) == ["home", "l4"]


def test_updates_and_creations_are_no_losses(pack: Pack) -> None:
    assert data_losses([ResourceChange(Action.UPDATE, FILES.type, "home")], [FILES], pack) == []
    assert data_losses(changes([], [FILES, GPUS]), [], pack) == []


def test_replacement_is_one_loss(pack: Pack) -> None:
    after = resource(FILES.type, "home", {"encrypted": False})

    [change] = data_losses(changes([FILES], [after]), [FILES], pack)

    assert (change.action, change.forced_by) == (Action.REPLACE, ("encrypted",))


def test_waiver_accepts_a_loss_until_its_date(pack: Pack, tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(WAIVER)
    gone = changes([FILES], [])

    def on(day: date) -> Pack:
        return replace(pack, waivers=load_waivers(file, frozenset(pack.rules), day))

    assert data_losses(gone, [FILES], on(date(2026, 12, 31))) == []
    assert names(data_losses(gone, [FILES], on(date(2027, 1, 1)))) == ["home"]
