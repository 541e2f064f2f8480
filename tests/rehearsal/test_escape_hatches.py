"""A stack that uses every escape hatch: checked, planned, created, updated and destroyed.

It declares GPU and instance types, add-ons with values, a permissions boundary and a path for roles, an AMI,
user data, kubelet settings and reserved resources of pools, a folder of manifests and a chart.
"""

import json
import shutil
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal import copy_project
from tests.rehearsal.checkout import PROJECT, run_gpu_cluster

STACKS = PROJECT / "tests" / "stacks"
DECLARED = "declared in the stack file"
HATCHES = (
    "cluster.iam.permissionsBoundary",
    "cluster.iam.path",
    "cluster.addons.coredns.values",
    "cluster.addons.cert-manager",
    "cluster.addons.cert-manager.values",
    "cluster.addons.kube-state-metrics",
    "hardware.gpus.R100",
    "hardware.instances.g8.4xlarge",
    "hardware.instances.c9i.2xlarge",
    "pools.hardened.ami.id",
    "pools.hardened.userData",
    "pools.hardened.kubelet",
    "pools.edge.userData",
    "extras.manifests",
    "extras.charts.small",
)
FOUND_IN_MANIFESTS = (
    ("greeting.yaml", "64-default-deny"),
    ("greeting.yaml", "65-quota-and-defaults"),
    ("nested/server.yaml", "56-own-service-account"),
    ("nested/server.yaml", "61-allowed-registry"),
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    text = (STACKS / "happy" / "eks-declared.yaml").read_text()
    folder = copy_project(PROJECT, tmp_path / "project", {"hatches": text})
    shutil.copytree(STACKS / "manifests", folder / "manifests")
    return folder


def test_plan_lists_all_declared_resources(project: Path) -> None:
    done = run_gpu_cluster(project, "plan", "hatches")

    assert done.returncode == 0, done.stderr
    declared = {line.rpartition("(")[2].rstrip(")") for line in done.stdout.splitlines() if DECLARED in line}
    assert declared == {f"gpu-cluster:{key}" for key in HATCHES}


def test_check_reports_findings_and_an_unjudged_chart(project: Path) -> None:
    done = run_gpu_cluster(project, "check", "hatches", "--json")

    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    stops = [it for it in report["findings"] if it["stops"]]
    assert {(it["file"], it["rule"]) for it in stops if it["file"].startswith("manifests/")} == {
        (f"manifests/extras/{file}", rule) for file, rule in FOUND_IN_MANIFESTS
    }
    assert {(it["key"], it["rule"]) for it in stops if not it["file"].startswith("manifests/")} == {
        ("gpu-cluster:extras", "91-objects-seen"),
        ("aws:region", "80-allowed-regions"),  # policies/settings.yaml has no environment for this stack
        ("gpu-cluster:tags", "87-tags"),
    }
    assert [it["resource"] for it in report["notJudged"]] == ["chart platform-extras-small"]


def test_cost_is_incomplete_without_the_price_of_a_declared_type(project: Path) -> None:
    done = run_gpu_cluster(project, "cost", "hatches")

    assert done.returncode == 3, done.stderr
    assert "no price for c9i.2xlarge, which the stack file declares without hourlyUsd" in done.stdout


@pytest.mark.engine
@pytest.mark.slow
def test_rehearsal_of_create_update_and_destroy_passes(project: Path) -> None:
    done = run_gpu_cluster(project, "rehearse", "hatches", "--json")

    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    wrong = {it["name"]: it["findings"] for it in report["steps"] if it["findings"]}
    assert (wrong, done.returncode) == ({}, 0), done.stderr
    assert {"up", "preview", "edit", "destroy", "left"} <= {it["name"] for it in report["steps"]}
