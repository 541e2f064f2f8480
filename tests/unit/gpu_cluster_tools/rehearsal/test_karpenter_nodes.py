# pyright: reportUnknownMemberType=false, reportArgumentType=false
# (lightkube's models have bare dicts in them)

from typing import Any

import httpx2
from lightkube.resources.core_v1 import Node

from gpu_cluster_tools.rehearsal.devices import Devices
from gpu_cluster_tools.rehearsal.karpenter_nodes import start_nodes

Object = dict[str, Any]

GPU = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
TOLERATED = [{"key": "nvidia.com/gpu", "operator": "Exists"}]


class Api:
    """Remembers what was made and deleted; `pools` None is a cluster without Karpenter's kinds."""

    def __init__(self, pools: list[Object] | None, pods: list[Object], nodes: list[Object] | None = None):
        self.pools, self.pods, self.nodes = pools, pods, nodes or []
        self.ended: list[str] = []
        self.node_class: Object = {"amiSelectorTerms": [{"alias": "al2023@v20260714"}]}

    def items(self, path: str) -> list[Object]:
        if path.endswith("/nodepools"):
            if self.pools is None:
                response = httpx2.Response(404, request=httpx2.Request("GET", "http://cluster"))
                response.raise_for_status()
            return self.pools or []
        return {"/api/v1/pods": self.pods, "/api/v1/nodes": self.nodes}[path]

    def get(self, path: str) -> Object:
        assert path == "/apis/karpenter.k8s.aws/v1/ec2nodeclasses/gpus"
        return {"spec": self.node_class}

    def create(self, _path: str, body: Object) -> None:
        self.nodes.append(body)

    def delete(self, path: str) -> None:
        self.ended.append(path)
        self.nodes = [node for node in self.nodes if node["metadata"]["name"] != path.rpartition("/")[2]]

    def names(self) -> list[str]:
        return [node["metadata"]["name"] for node in self.nodes]


def node_pool(name: str, machine: str = "g6.2xlarge", cpus: int = 16) -> Object:
    return {
        "metadata": {"name": name},
        "spec": {
            "limits": {"cpu": str(cpus)},
            "template": {
                "metadata": {"labels": {"gpu-cluster/pool": name}},
                "spec": {
                    "nodeClassRef": {"name": "gpus"},
                    "taints": [GPU],
                    "requirements": [
                        {"key": "node.kubernetes.io/instance-type", "values": [machine]},
                        {"key": "karpenter.sh/capacity-type", "values": ["spot"]},
                        {"key": "topology.kubernetes.io/zone", "values": ["eu-central-1a", "eu-central-1b"]},
                    ],
                },
            },
        },
    }


def waiting(pool: str = "l4", gpus: int = 1) -> Object:
    return {
        "metadata": {"name": "chat"},
        "spec": {
            "nodeSelector": {"gpu-cluster/pool": pool},
            "tolerations": TOLERATED,
            "containers": [{"resources": {"requests": {"nvidia.com/gpu": str(gpus)}}}],
        },
        "status": {"conditions": [{"type": "PodScheduled", "status": "False"}]},
    }


def on(node: str, *owners: str) -> Object:
    owned = {"ownerReferences": [{"kind": kind} for kind in owners]}
    metadata = {"name": "on", "namespace": "serving", **owned}
    return {"metadata": metadata, "spec": {"nodeName": node, "containers": []}, "status": {}}


def test_a_node_has_the_devices_and_the_plugin_of_its_image() -> None:
    settings = '[settings.kubelet-device-plugins.nvidia]\ndevice-sharing-strategy = "none"\n'
    api = Api([node_pool("l4")], [waiting()])
    api.node_class = {"amiSelectorTerms": [{"alias": "bottlerocket@v1.63.0"}], "userData": settings}

    passes(api, 1)

    assert Devices.of(Node.from_dict(api.nodes[0])) == Devices(
        gpus=1, by_variable=False, system={"device-sharing-strategy": "none"}
    )


def passes(api: Any, times: int = 4) -> Any:
    for _ in range(times):
        start_nodes(api)
    return api


def test_a_node_is_started_for_a_pod_that_waits_and_only_one_until_it_is_used() -> None:
    api = passes(Api([node_pool("l4")], [waiting()]))

    assert api.names() == ["l4-0"]
    [node] = api.nodes
    assert node["metadata"]["labels"]["karpenter.sh/capacity-type"] == "spot"
    assert node["spec"]["taints"] == [GPU]
    assert node["metadata"]["annotations"]["gpu-cluster/gpus"] == "1"
    assert "nvidia.com/gpu" not in node["status"]["capacity"]  # before a device plugin runs there


def test_nodes_stop_at_the_limit_and_take_turns_in_the_zones() -> None:
    api = Api([node_pool("l4", cpus=16)], [waiting(), on("l4-0"), on("l4-1"), on("l4-2")])
    passes(api)

    zones = [node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in api.nodes]
    assert (api.names(), zones) == (["l4-0", "l4-1"], ["eu-central-1a", "eu-central-1b"])


def test_a_node_with_nothing_but_daemon_sets_is_idle() -> None:
    api = Api([node_pool("l4")], [waiting(), on("l4-0", "DaemonSet")])
    assert passes(api).names() == ["l4-0"]


def test_no_node_comes_for_a_pod_that_would_not_fit() -> None:
    assert passes(Api([node_pool("l4")], [waiting(gpus=2)])).names() == []
    assert passes(Api([node_pool("l4")], [waiting(pool="other")])).names() == []


def test_nodes_go_with_their_pool_and_others_stay() -> None:
    made = passes(Api([node_pool("l4")], [waiting()])).nodes
    other: Object = {"metadata": {"name": "system-0", "labels": {}}}

    assert passes(Api(None, [], [*made, other])).names() == ["system-0"]


def test_the_pods_of_a_node_that_goes_are_ended() -> None:
    made = passes(Api([node_pool("l4")], [waiting()])).nodes

    api = passes(Api(None, [on("l4-0", "DaemonSet"), on("system-0")], made), times=1)

    assert api.ended == ["/api/v1/nodes/l4-0", "/api/v1/namespaces/serving/pods/on?gracePeriodSeconds=0"]
