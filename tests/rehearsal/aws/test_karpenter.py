"""The real Karpenter with its IAM role on an emulated account. Each test builds on the previous one."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gpu_cluster.catalog import on_demand
from gpu_cluster_tools.rehearsal import RehearsalError, Sandbox
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.pod_role import role_of
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient, Object
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from tests.rehearsal.site import run, site_sandbox

pytestmark = [pytest.mark.engine, pytest.mark.slow]

STACK = """\
config:
  aws:region: us-east-2
  gpu-cluster:cluster:
    provider: eks
    account: "123456789012"
    version: "1.35"
    access: {platform: {principal: "arn:aws:iam::123456789012:role/platform", policy: cluster-admin}}
  gpu-cluster:network: {cidr: 10.40.0.0/16, zones: [us-east-2a, us-east-2b], nat: single}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 2}
    l4: {instance: g6.2xlarge, nodes: {min: 0, max: 4}, capacity: spot, provisioner: karpenter}
    kept:
      instance: g6.4xlarge
      nodes: {min: 0, max: 1}
      capacity: {reservation: {id: cr-0123456789abcdef0, zone: us-east-2a, count: 1}}
      provisioner: karpenter
  gpu-cluster:protect: false
"""

DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
POOLS = "/apis/karpenter.sh/v1/nodepools"
CLASSES = "/apis/karpenter.k8s.aws/v1/ec2nodeclasses"
SECONDS = 240


@dataclass(frozen=True)
class Platform:
    aws: Api
    api: DynamicClient

    def nodes(self, pool: str) -> dict[str, Object]:
        """Nodes that Karpenter started for a NodePool, by instance."""
        found = self.api.items("/api/v1/nodes")
        return {
            node["spec"]["providerID"].rpartition("/")[2]: node
            for node in found
            if node["metadata"]["labels"].get("karpenter.sh/nodepool") == pool
        }

    def instance(self, id: str) -> dict[str, Any]:
        [reservation] = self.aws.call("ec2", "DescribeInstances", InstanceIds=[id])["Reservations"]
        [found] = reservation["Instances"]
        return found

    def run(self, name: str, pool: str, **more: str) -> None:
        """Start a pod on a NodePool that requests a GPU and more resources."""
        limits = {"nvidia.com/gpu": "1", **more}
        container = {"name": name, "image": name, "resources": {"limits": limits}}
        pod = {
            "nodeSelector": {"karpenter.sh/nodepool": pool},
            "tolerations": [{"operator": "Exists"}],
            "containers": [container],
        }
        labels = {"app": name}
        template = {"metadata": {"labels": labels}, "spec": pod}
        spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
        self.api.create(
            DEPLOYMENTS,
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec},
        )

    def instance_of(self, name: str) -> str:
        """Instance that runs the only pod of a Deployment; empty if it does not run."""
        pods = self.api.items(f"/api/v1/namespaces/default/pods?labelSelector=app%3D{name}")
        on = {it["spec"].get("nodeName") for it in pods if it["status"]["phase"] == "Running"}
        nodes = self.api.items("/api/v1/nodes")
        return next((it["spec"]["providerID"][-19:] for it in nodes if it["metadata"]["name"] in on), "")

    def gpu_is(self, status: str, id: str, since: datetime) -> None:
        """Set the health of a node's GPU, in the condition of the EKS node monitoring agent."""
        [node] = [it for it in self.api.items("/api/v1/nodes") if it["spec"]["providerID"].endswith(id)]
        faulty = status == "False"
        condition = {
            "type": "AcceleratedHardwareReady",
            "status": status,
            "reason": "NvidiaXID79Error" if faulty else "NvidiaAcceleratedHardwareIsReady",
            "message": "",
            "lastHeartbeatTime": _stamp(datetime.now(UTC)),
            "lastTransitionTime": _stamp(since),
        }
        name = node["metadata"]["name"]
        body = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}
        self.api.apply(f"/api/v1/nodes/{name}/status", body | {"status": {"conditions": [condition]}})

    def queue(self) -> str:
        [url] = self.aws.call("sqs", "ListQueues")["QueueUrls"]
        return url


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with (
        site_sandbox(tmp_path_factory.mktemp("karpenter"), STACK) as sandbox,
        suppress(RehearsalError),  # of the denial below
        simulated_controllers(sandbox),
    ):
        run(sandbox, "up")
        yield sandbox


@pytest.fixture(scope="module")
def platform(sandbox: Sandbox) -> Platform:
    return Platform(sandbox.aws, sandbox.api)


def wait(holds: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + SECONDS
    while not (found := holds()):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    return found


def _stamp(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def test_pending_pod_starts_a_node_of_its_pool(platform: Platform) -> None:
    assert platform.nodes("l4") == {}

    platform.run("chat", "l4")
    id = wait(lambda: platform.instance_of("chat"))

    labels = platform.nodes("l4")[id]["metadata"]["labels"]
    assert labels["node.kubernetes.io/instance-type"] == "g6.2xlarge"
    assert labels["karpenter.sh/capacity-type"] == "spot"
    instance = platform.instance(id)
    assert (instance["InstanceType"], instance["State"]["Name"]) == ("g6.2xlarge", "running")
    tags = {each["Key"]: each["Value"] for each in instance["Tags"]}
    assert tags["karpenter.sh/nodepool"] == "l4"


def test_cheapest_fitting_instance_type_is_started(platform: Platform) -> None:
    pool = platform.api.get(f"{POOLS}/l4")
    spec = json.loads(json.dumps(pool["spec"]))
    choices = {
        "node.kubernetes.io/instance-type": ["g6.8xlarge", "g6.2xlarge", "g6.4xlarge", "g6e.4xlarge"],
        "karpenter.sh/capacity-type": ["on-demand"],
    }
    for each in spec["template"]["spec"]["requirements"]:
        each["values"] = choices.get(each["key"], each["values"])
    made = {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "any"}, "spec": spec}
    platform.api.create(POOLS, made)

    platform.run("train", "any", cpu="10")
    id = wait(lambda: platform.instance_of("train"))

    fitting = ("g6.4xlarge", "g6.8xlarge", "g6e.4xlarge")  # of those with at least ten CPUs
    prices = {name: on_demand(name, platform.aws.region).usd for name in fitting}
    assert platform.instance(id)["InstanceType"] == min(prices, key=lambda name: prices[name])


def test_reserved_capacity_is_labelled_as_reserved(platform: Platform) -> None:
    platform.run("mine", "kept")
    id = wait(lambda: platform.instance_of("mine"))

    assert platform.nodes("kept")[id]["metadata"]["labels"]["karpenter.sh/capacity-type"] == "reserved"
    platform.api.delete(f"{DEPLOYMENTS}/mine")


def test_spot_interruption_warning_drains_the_node(platform: Platform) -> None:
    before = platform.instance_of("chat")
    warning = {
        "version": "0",
        "id": "12345678-1234-1234-1234-123456789012",
        "source": "aws.ec2",
        "detail-type": "EC2 Spot Instance Interruption Warning",
        "account": "123456789012",
        "time": "2026-11-29T00:00:00Z",
        "region": platform.aws.region,
        "resources": [f"arn:aws:ec2:{platform.aws.region}b:instance/{before}"],
        "detail": {"instance-id": before, "instance-action": "terminate"},
    }
    platform.aws.call("sqs", "SendMessage", QueueUrl=platform.queue(), MessageBody=json.dumps(warning))

    wait(lambda: platform.instance_of("chat") not in ("", before))
    wait(lambda: before not in platform.nodes("l4"))

    assert platform.instance(before)["State"]["Name"] == "terminated"


def test_two_faulty_gpu_nodes_are_not_replaced(platform: Platform) -> None:
    """Karpenter repairs no node if more than a fifth, rounded up, of a NodePool's nodes are unhealthy."""
    platform.run("talk", "l4")
    wait(lambda: platform.instance_of("talk"))
    nodes = {platform.instance_of(name) for name in ("chat", "talk")}
    for minutes in (0, 11):  # the first must not be due while the second is healthy
        for id in nodes:
            platform.gpu_is("False", id, datetime.now(UTC) - timedelta(minutes=minutes))

    wait(lambda: "NodeRepairBlocked" in {it["reason"] for it in platform.api.items("/api/v1/events")})

    assert platform.nodes("l4").keys() == nodes
    platform.gpu_is("True", platform.instance_of("talk"), datetime.now(UTC))


def test_node_with_a_faulty_gpu_for_ten_minutes_is_replaced(platform: Platform) -> None:
    """Its pods are deleted then, regardless of the disruption budget, which allows none."""
    before = platform.instance_of("chat")
    budget = {"minAvailable": 1, "selector": {"matchLabels": {"app": "chat"}}}
    made = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "chat"}}
    platform.api.create(BUDGETS, made | {"spec": budget})
    wait(lambda: platform.api.get(f"{BUDGETS}/chat")["status"].get("currentHealthy") == 1)
    since = datetime.now(UTC) - timedelta(minutes=9, seconds=40)
    platform.gpu_is("False", before, since)

    wait(lambda: before not in platform.nodes("l4"))
    assert datetime.now(UTC) > since + timedelta(minutes=10)
    after = wait(lambda: platform.instance_of("chat"))

    assert after != before
    assert platform.instance(before)["State"]["Name"] == "terminated"
    assert platform.instance_of("talk") in platform.nodes("l4")
    platform.api.delete(f"{BUDGETS}/chat")
    platform.api.delete(f"{DEPLOYMENTS}/talk")


def test_empty_node_is_terminated(platform: Platform) -> None:
    id = platform.instance_of("chat")
    platform.api.patch(f"{POOLS}/l4", {"spec": {"disruption": {"consolidateAfter": "1s"}}})
    platform.api.patch(f"{DEPLOYMENTS}/chat", {"spec": {"replicas": 0}})

    wait(lambda: not platform.nodes("l4"))

    assert platform.instance(id)["State"]["Name"] == "terminated"


def test_deleted_node_pool_terminates_its_instances(platform: Platform) -> None:
    id = platform.instance_of("train")
    platform.api.delete(f"{POOLS}/any")

    wait(lambda: not platform.nodes("any"))

    assert platform.instance(id)["State"]["Name"] == "terminated"
    platform.api.delete(f"{DEPLOYMENTS}/train")
    platform.api.delete(f"{DEPLOYMENTS}/chat")


def test_missing_permission_of_the_finalizer_is_reported(platform: Platform, sandbox: Sandbox) -> None:
    """The finalizer of an EC2NodeClass lists instance profiles even if Karpenter created none."""
    assert sandbox.karpenter.refused == []
    _, role = role_of(platform.aws, "kube-system", "karpenter") or ("", "")
    policy = {"RoleName": role.rpartition("/")[2], "PolicyName": _policy(platform, role)}
    document = platform.aws.call("iam", "GetRolePolicy", **policy)["PolicyDocument"]
    less = [it for it in document["Statement"] if it["Sid"] != "ListInstanceProfiles"]
    platform.aws.call(
        "iam", "PutRolePolicy", **policy, PolicyDocument=json.dumps(document | {"Statement": less})
    )
    spec = platform.api.get(f"{CLASSES}/l4")["spec"]
    made = {"apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass", "metadata": {"name": "gone"}}
    platform.api.create(CLASSES, made | {"spec": spec})
    wait(lambda: platform.api.get(f"{CLASSES}/gone")["metadata"].get("finalizers"))

    platform.api.delete(f"{CLASSES}/gone")
    [words] = wait(lambda: sandbox.karpenter.refused)

    assert "is not authorized to perform: iam:ListInstanceProfiles" in words
    assert "gone" in {it["metadata"]["name"] for it in platform.api.items(CLASSES)}
    platform.aws.call("iam", "PutRolePolicy", **policy, PolicyDocument=json.dumps(document))
    wait(lambda: "gone" not in {it["metadata"]["name"] for it in platform.api.items(CLASSES)})


def _policy(platform: Platform, role: str) -> str:
    [name] = platform.aws.call("iam", "ListRolePolicies", RoleName=role.rpartition("/")[2])["PolicyNames"]
    return name


def test_destroy_leaves_nothing(platform: Platform, sandbox: Sandbox) -> None:
    platform.run("late", "l4")
    wait(lambda: platform.instance_of("late"))
    kept = sandbox.retained()

    run(sandbox, "destroy")

    assert set(sandbox.account.leftovers()) <= kept
    assert all("iam:ListInstanceProfiles" in words for words in sandbox.karpenter.refused)
