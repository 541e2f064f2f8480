"""Known defects reintroduced one at a time: each rehearsal exits with code 1 and the reason.

Of those that `validate` refuses, defect 7 is refused before a rehearsal begins, because no program here
downloads weights; defect 11 is rehearsed without that check. Defect 4 is none any more, so its rehearsal
passes: version 2 of AmazonEBSCSIDriverEKSClusterScopedPolicy, 2026-05-28, accepts the tag that Karpenter
sets. Instances without a tag of their cluster are refused in tests/unit.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal import copy_project
from tests.rehearsal.aws.defects import DEFECTS, Defect
from tests.rehearsal.checkout import PROJECT

pytestmark = pytest.mark.engine

_SECONDS = 1200


def _each() -> Iterator[Any]:
    for defect in DEFECTS:
        marks = [] if defect.quick else [pytest.mark.slow]
        yield pytest.param(defect, marks=marks, id=f"{defect.number}-{defect.name.replace(' ', '-')}")


@pytest.mark.parametrize("defect", list(_each()))
def test_rehearsal_fails_with_the_reason_of_a_defect(defect: Defect, tmp_path: Path) -> None:
    project = copy_project(PROJECT, tmp_path / "project", {"site": defect.stack})
    components = _before(defect, tmp_path / "components")

    done = subprocess.run(
        [Path(sys.executable).parent / "gpu-cluster", "rehearse", "site"],
        cwd=project,
        env=os.environ | {"REAL_NODE": "no", "PYTHONPATH": str(components)},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )

    said = done.stdout + done.stderr
    assert done.returncode == defect.code, said
    assert "Traceback" not in said, said
    assert [words for words in defect.words if words not in said] == [], said


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda it: it.number)
def test_changed_text_of_a_defect_occurs_once_in_its_file(defect: Defect) -> None:
    for change in defect.changes:
        assert (PROJECT / "components" / change.file).read_text().count(change.text) == 1, change.text


def _before(defect: Defect, folder: Path) -> Path:
    """Components with the defect."""
    shutil.copytree(PROJECT / "components", folder, ignore=shutil.ignore_patterns("__pycache__"))
    for change in defect.changes:
        file = folder / change.file
        file.write_text(file.read_text().replace(change.text, change.before))
    return folder
