"""Rehearsals of stacks whose AWS resources differ from those in `stacks/`.

IPv6, Bottlerocket, arm64, a permissions boundary, an existing VPC by IDs and by tags, MIG, MPS, spot,
Karpenter only, reservations, a capacity block, a model on two nodes, replication, no NAT, long names.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_cluster.plan import planned
from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal import copy_project
from tests.rehearsal.checkout import PROJECT

UNUSUAL = Path(__file__).with_name("unusual")
FILES = sorted(UNUSUAL.glob("Pulumi.*.yaml"))
_SECONDS = 1800

unusual = pytest.mark.parametrize("file", FILES, ids=lambda it: it.name.split(".")[1])


@unusual
def test_stack_is_valid_and_planned(file: Path) -> None:
    assert planned(load(file), file.name.split(".")[1]).graph


@pytest.mark.engine
@pytest.mark.slow
@unusual
def test_rehearsal_of_create_update_and_destroy_passes(file: Path, tmp_path: Path) -> None:
    project = copy_project(PROJECT, tmp_path / "project", {})
    name = file.name.split(".")[1]

    done = subprocess.run(
        [
            *(Path(sys.executable).parent / "gpu-cluster", "rehearse", name),
            *("--from", UNUSUAL, "--json"),
        ],
        cwd=project,
        env=os.environ | {"REAL_NODE": "no"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )

    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    wrong = {it["name"]: it["findings"] for it in report["steps"] if it["findings"]}
    assert (wrong, done.returncode) == ({}, 0), done.stderr
    taken = [it["name"] for it in report["steps"]]
    assert {"up", "preview", "edit", "destroy", "left"} <= set(taken)
