"""A DaemonSet without tolerations for a pool's taints is missing on its nodes."""

import json
from functools import cache
from typing import Any

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster.plan import Graph, Registered
from tests.pains.platforms import addon, edited, stack

PLACED = ("nodeSelector", "affinity")
TAINTED = {
    "pools.l4.taints": {"team": {"value": "vision"}},
    "pools.l40s.taints": {"nvidia.com/gpu": {"value": "mine", "effect": "NoExecute"}},
}


@cache
def graph() -> Graph:
    return edited("prod", TAINTED)


def of_pool(kind: str, pool: str) -> list[Registered]:
    """Workloads that run on the nodes of a pool."""
    return [it for it in graph().of(kind) if pool in json.dumps([pod_of(it).get(key) for key in PLACED])]


def pod_of(workload: Registered) -> dict[str, Any]:
    return workload["spec.template.spec"]


@pytest.mark.parametrize("pool", ["l4", "l40s", "h100"])
@pytest.mark.parametrize("kind", ["DaemonSet", "Deployment"])
def test_workloads_of_a_pool_tolerate_all_its_taints(kind: str, pool: str) -> None:
    taints = pools_of(stack("prod", TAINTED))[pool].taints
    workloads = of_pool(kind, f'"{pool}"')
    assert workloads
    for workload in workloads:
        tolerated = {(it["key"], it["value"], it["effect"]) for it in pod_of(workload)["tolerations"]}
        assert {(it["key"], it["value"], it["effect"]) for it in taints} == tolerated, workload.name


@pytest.mark.parametrize(
    "driver", ["aws-ebs-csi-driver", "aws-fsx-csi-driver", "aws-mountpoint-s3-csi-driver"]
)
def test_csi_drivers_run_on_every_node(driver: str) -> None:
    values = json.loads(addon(graph(), driver)["configurationValues"])
    assert values["node"] == {"tolerateAllTaints": True}


def test_dcgm_agent_tolerates_the_taints_of_gpu_pools() -> None:
    values = json.loads(addon(graph(), "eks-node-monitoring-agent")["configurationValues"])
    tolerated = {it["key"]: set[str]() for it in values["dcgmAgent"]["tolerations"]}
    for it in values["dcgmAgent"]["tolerations"]:
        tolerated[it["key"]].add(it["value"])
    assert tolerated == {"nvidia.com/gpu": {"present", "mine"}, "team": {"vision"}}
