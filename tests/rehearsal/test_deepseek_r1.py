"""DeepSeek-R1 on two p5.48xlarge of EKS: planned, priced, checked and rehearsed.

The rehearsal uses the real AWS provider and the real LeaderWorkerSet controller. Engines do not run. Tests of
the sandbox build on each other.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal import Sandbox, copy_project
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import Object
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from gpu_cluster_tools.rehearsal.stack_tools import tools_of
from gpu_cluster_tools.toolchain import AWS_PROVIDER, install
from tests.rehearsal.checkout import PROJECT, run_gpu_cluster
from tests.rehearsal.pod_readiness import is_ready
from tests.rehearsal.site import run
from tests.rehearsal.within import within

pytestmark = [pytest.mark.engine, pytest.mark.slow]

STACK = (PROJECT / "tests/stacks/happy/eks-deepseek-r1.yaml").read_text()
BLOCK = '{id: cr-0123456789abcdef0, zone: us-east-2a, count: 2, ends: "2036-12-01T11:30:00Z"}'
ON_DEMAND = STACK.replace(f"      capacity:\n        capacityBlock: {BLOCK}\n", "      zones: [us-east-2a]\n")
PODS = "/api/v1/namespaces/serving/pods"
GROUP = "/apis/leaderworkerset.x-k8s.io/v1/namespaces/serving/leaderworkersets/reasoning-group"
LEADER, WORKER = "reasoning-group-0", "reasoning-group-0-1"
HOURS = 2 * 55.04
"""On-demand price of two p5.48xlarge per hour in us-east-2, in dollars, each rounded down to a cent."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("r1") / "project"
    stacks = {"block": STACK, "demand": ON_DEMAND}
    copied = copy_project(PROJECT, folder, stacks)
    allowed = "{stacks: ['*'], gpus: 16, instances: [m7i.*, p5.48xlarge], regions: [us-east-2]}"
    (copied / "policies").mkdir(exist_ok=True)
    (copied / "policies" / "settings.yaml").write_text(f"environments:\n  all: {allowed}\n")
    return copied


def told(project: Path, *words: str) -> Any:
    done = run_gpu_cluster(project, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("stack", ["block", "demand"])
def test_plan_has_a_group_and_cost_is_complete(project: Path, stack: str) -> None:
    plan, cost = told(project, "plan", stack, "--json"), told(project, "cost", stack, "--json")

    assert (
        sum("reasoning-group" in it["name"] and "LeaderWorkerSet" in it["type"] for it in plan["resources"])
        == 1
    )
    assert cost["complete"]
    assert (cost["missing"], cost["pools"]["h100"]["gpusIdle"]["most"]) == ([], 0)
    hourly = cost["parts"]["pool h100"]["most"] / 730
    assert 2 * 41 < hourly < HOURS if stack == "block" else HOURS <= hourly < HOURS + 1


@pytest.mark.parametrize("stack", ["block", "demand"])
def test_check_has_no_blocking_findings(project: Path, stack: str) -> None:
    done = run_gpu_cluster(project, "check", stack, "--brief")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "stops" not in done.stdout


def test_rehearse_command_passes(project: Path) -> None:
    done = run_gpu_cluster(project, "rehearse", "demand", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    words = {step["name"]: step["words"] for step in report["steps"]}
    assert report["held"]
    assert words["workloads"].endswith("healthy")
    assert words["left"] in ("nothing", "only retained resources")


@pytest.fixture(scope="module")
def sandbox(project: Path) -> Iterator[Sandbox]:
    """The stack with a capacity block; the account has two instances of it in one zone."""
    tools = tools_of(load(project / "stacks" / "Pulumi.block.yaml"))
    sandbox = Sandbox(project, "block", install(also=[AWS_PROVIDER, *tools]))
    try:
        sandbox.open()
        with simulated_controllers(sandbox):
            yield sandbox
    finally:
        sandbox.remove()


def pods(sandbox: Sandbox) -> dict[str, Object]:
    """Pods of the group by name."""
    found = {pod["metadata"]["name"]: pod for pod in sandbox.api.items(PODS)}
    return {name: pod for name, pod in found.items() if name.startswith("reasoning-group")}


def test_update_waits_for_the_group_on_instances_of_the_block(sandbox: Sandbox) -> None:
    run(sandbox, "up")

    found = pods(sandbox)
    assert found.keys() == {LEADER, WORKER}
    assert all(map(is_ready, found.values()))
    nodes = [sandbox.api.get(f"/api/v1/nodes/{pod['spec']['nodeName']}") for pod in found.values()]
    labels = [node["metadata"]["labels"] for node in nodes]
    assert len({node["metadata"]["name"] for node in nodes}) == 2
    assert {it["topology.kubernetes.io/zone"] for it in labels} == {"us-east-2a"}
    assert {it["node.kubernetes.io/instance-type"] for it in labels} == {"p5.48xlarge"}


def test_each_pod_has_all_gpus_and_interfaces_of_its_node(sandbox: Sandbox) -> None:
    for pod in pods(sandbox).values():
        [container] = pod["spec"]["containers"]
        limits = container["resources"]["limits"]
        assert (limits["nvidia.com/gpu"], limits["vpc.amazonaws.com/efa"]) == ("8", "32")
        node = sandbox.api.get(f"/api/v1/nodes/{pod['spec']['nodeName']}")["status"]["allocatable"]
        assert (node["nvidia.com/gpu"], node["vpc.amazonaws.com/efa"]) == ("8", "32")
        arguments = container["args"]
        assert {"--tensor-parallel-size=8", "--pipeline-parallel-size=2", "--nnodes=2"} <= set(arguments)
        assert {"--enable-expert-parallel", "--trust-remote-code"} <= set(arguments)


def test_both_nodes_read_the_weights_from_lustre(sandbox: Sandbox) -> None:
    for pod in pods(sandbox).values():
        [claim] = [it["persistentVolumeClaim"] for it in pod["spec"]["volumes"] if it["name"] == "weights"]
        found = sandbox.api.get(f"/api/v1/namespaces/serving/persistentvolumeclaims/{claim['claimName']}")
        volume = sandbox.api.get(f"/api/v1/persistentvolumes/{found['spec']['volumeName']}")
        assert volume["spec"]["csi"]["driver"] == "fsx.csi.aws.com"
        assert (
            "ReadOnlyMany" in found["spec"]["accessModes"] or "ReadWriteMany" in found["spec"]["accessModes"]
        )


def test_loss_of_a_worker_restarts_the_whole_group(sandbox: Sandbox) -> None:
    before = {name: pod["metadata"]["uid"] for name, pod in pods(sandbox).items()}
    sandbox.api.delete(f"{PODS}/{WORKER}")

    def is_new() -> bool:
        found = pods(sandbox)
        return found.keys() == before.keys() and all(
            pod["metadata"]["uid"] != before[name] and is_ready(pod) for name, pod in found.items()
        )

    assert within(90, is_new)
    assert sandbox.api.get(GROUP)["status"]["readyReplicas"] == 1
