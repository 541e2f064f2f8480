"""Decisions of the program on simulated nodes and pods; tests/rehearsal uses the real API server."""

import time
from copy import deepcopy
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

from gpu_cluster.kubernetes.gpu_repair.drain_faulty import CONDITION, TAINT, PodApi, Repair

OWNER = [{"kind": "ReplicaSet", "name": "chat", "controller": True}]


@dataclass
class Cluster:
    """Nodes and pods by name, and pods whose eviction is blocked."""

    nodes: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    pods: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    held: set[str] = field(default_factory=set[str])

    def node(
        self, name: str, *, fault: str = "", minutes: float = 60, boot: str = "b1", **labels: str
    ) -> None:
        begun = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - minutes * 60))
        before = self.nodes.get(name, {"spec": {}, "metadata": {}})
        self.nodes[name] = {
            "metadata": {
                **before["metadata"],
                "name": name,
                "resourceVersion": "1",
                "labels": labels or {"p": "l4"},
            },
            "spec": before["spec"],
            "status": {
                "nodeInfo": {"bootID": boot},
                "conditions": [
                    {"type": "Ready", "status": "True", "lastTransitionTime": begun},
                    {
                        "type": CONDITION,
                        "status": "True" if fault else "False",
                        "reason": fault or "NoGpuFault",
                        "lastTransitionTime": begun,
                    },
                ],
            },
        }

    def pod(self, name: str, node: str, *, owners: Any = OWNER, held: bool = False, **spec: Any) -> None:
        self.pods[name] = {
            "metadata": {"name": name, "namespace": "serving", "ownerReferences": owners},
            "spec": {"nodeName": node, **spec},
            "status": {"phase": "Running"},
        }
        if held:
            self.held.add(name)

    def tainted(self) -> set[str]:
        return {name for name in self.nodes if TAINT in self.taints(name)}

    def taints(self, name: str) -> list[str]:
        taints: list[dict[str, str]] = self.nodes[name]["spec"].get("taints", [])
        return [taint["key"] for taint in taints]


class Server(PodApi):
    def __init__(self, cluster: Cluster) -> None:
        super().__init__("", Path(), Path())
        object.__setattr__(self, "cluster", cluster)

    def call(
        self, method: str, path: str, body: Any = None, kind: str = "application/json"
    ) -> dict[str, Any]:
        cluster: Cluster = self.__dict__["cluster"]
        if method == "PATCH":
            node = cluster.nodes[path.rpartition("/")[2]]
            assert body["metadata"]["resourceVersion"] == node["metadata"]["resourceVersion"]
            node["spec"]["taints"] = body["spec"]["taints"] or []
            node["metadata"].setdefault("annotations", {}).update(body["metadata"].get("annotations", {}))
            return {}
        if method == "POST":
            name = path.split("/")[-2]
            if name in cluster.held:
                raise HTTPError(path, 429, "Too Many Requests", Message(), None)
            del cluster.pods[name]
            return {}
        if path.startswith("/api/v1/nodes"):
            wanted = dict(
                it.split("=") for it in parse_qs(urlsplit(path).query)["labelSelector"][0].split(",")
            )
            nodes = [
                it for it in cluster.nodes.values() if wanted.items() <= it["metadata"]["labels"].items()
            ]
            return {"items": deepcopy(nodes), "metadata": {}}
        wanted = path.rpartition("%3D")[2]
        pods = [pod for pod in cluster.pods.values() if pod["spec"]["nodeName"] == wanted]
        return {"items": deepcopy(pods), "metadata": {}}


def work(cluster: Cluster, *, at_once: int = 1) -> list[str]:
    return list(Repair(Server(cluster), [{"p": "l4"}, {"p": "h100", "site": "a"}], at_once, 300).work())


def test_node_without_a_fault_is_unchanged() -> None:
    cluster = Cluster()
    cluster.node("a")
    cluster.pod("chat", "a")

    assert work(cluster) == []
    assert (cluster.tainted(), set(cluster.pods)) == (set(), {"chat"})


def test_node_with_a_fault_of_five_minutes_is_tainted_and_drained() -> None:
    cluster = Cluster()
    cluster.node("a", fault="NvidiaXid79", minutes=4)
    cluster.pod("chat", "a")
    assert work(cluster) == []

    cluster.node("a", fault="NvidiaXid79", minutes=6)

    assert work(cluster) == ["a: NvidiaXid79, tainted", "a: pod serving/chat is evicted"]
    [taint] = cluster.nodes["a"]["spec"]["taints"]
    assert taint == {"key": TAINT, "value": "NvidiaXid79", "effect": "NoSchedule"}
    assert work(cluster) == []


def test_other_taints_of_the_node_are_kept() -> None:
    cluster = Cluster()
    cluster.node("a", fault="NvidiaXid79")
    cluster.nodes["a"]["spec"]["taints"] = [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}]
    work(cluster)
    assert cluster.taints("a") == ["nvidia.com/gpu", TAINT]

    cluster.node("a", boot="b2")
    assert work(cluster) == ["a: started anew without the fault, its taint is removed"]
    assert cluster.taints("a") == ["nvidia.com/gpu"]


def test_nodes_outside_the_pools_are_unchanged() -> None:
    cluster = Cluster()
    cluster.node("other", fault="NvidiaXid79", p="h100")
    cluster.node("mine", fault="NvidiaXid79", p="h100", site="a")
    work(cluster, at_once=2)
    assert cluster.tainted() == {"mine"}


def test_oldest_faults_are_repaired_first_up_to_the_limit() -> None:
    cluster = Cluster()
    cluster.node("a", fault="NvidiaXid79", minutes=10)
    cluster.node("b", fault="NvidiaXid48", minutes=20)
    cluster.node("c", fault="NvidiaXid48", minutes=15)

    assert work(cluster, at_once=2)[-1] == "a: NvidiaXid79, waits for the repair of others"
    assert cluster.tainted() == {"b", "c"}

    cluster.node("b", boot="b2")
    work(cluster, at_once=2)
    assert cluster.tainted() == {"a", "c"}


def test_pod_is_not_evicted_while_its_disruption_budget_blocks() -> None:
    cluster = Cluster()
    cluster.node("a", fault="NvidiaXid79")
    cluster.pod("chat", "a", held=True)
    cluster.pod("free", "a")

    assert work(cluster)[1:] == [
        "a: pod serving/chat stays: its disruption budget allows no eviction now",
        "a: pod serving/free is evicted",
    ]
    cluster.held.clear()
    assert work(cluster) == ["a: pod serving/chat is evicted"]


def test_drain_skips_daemonset_static_bare_and_tolerating_pods() -> None:
    cluster = Cluster()
    cluster.node("a", fault="NvidiaXid79")
    cluster.pod("daemon", "a", owners=[{"kind": "DaemonSet", "name": "d", "controller": True}])
    cluster.pod("static", "a", owners=[{"kind": "Node", "name": "a", "controller": True}])
    cluster.pod("bare", "a", owners=[])
    cluster.pod("tolerates", "a", tolerations=[{"operator": "Exists"}])
    cluster.pod(
        "tolerates-it", "a", tolerations=[{"key": TAINT, "operator": "Exists", "effect": "NoSchedule"}]
    )
    cluster.pod("other", "a", tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists"}])
    cluster.pod("late", "a", tolerations=[{"operator": "Exists", "effect": "NoExecute"}])
    cluster.pod("over", "a")
    cluster.pods["over"]["status"]["phase"] = "Succeeded"
    cluster.pod("going", "a")
    cluster.pods["going"]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    cluster.pod("elsewhere", "b")

    work(cluster)

    assert set(cluster.pods) == {
        *("daemon", "static", "bare", "tolerates", "tolerates-it", "over", "going", "elsewhere"),
    }


def test_node_without_the_fault_but_without_reboot_keeps_the_taint() -> None:
    cluster = Cluster()
    cluster.node("a", fault="NvidiaXid79")
    work(cluster)
    cluster.node("a")
    cluster.pod("chat", "a")
    assert work(cluster) == ["a: pod serving/chat is evicted"]
    assert cluster.tainted() == {"a"}


def test_node_with_the_fault_after_a_reboot_keeps_the_taint() -> None:
    cluster = Cluster()
    cluster.node("a", fault="NvidiaXid79")
    work(cluster)
    cluster.node("a", fault="NvidiaXid79", boot="b2")
    assert work(cluster) == []
    assert cluster.tainted() == {"a"}


def test_manually_removed_taint_stays_away_until_a_reboot_or_another_fault() -> None:
    cluster = Cluster()
    cluster.node("a", fault="NvidiaXid79")
    work(cluster)
    cluster.nodes["a"]["spec"].pop("taints")
    assert (work(cluster), cluster.tainted()) == ([], set())

    cluster.node("a", fault="NvidiaXid48")
    work(cluster)
    assert cluster.tainted() == {"a"}

    cluster.nodes["a"]["spec"].pop("taints")
    cluster.node("a", fault="NvidiaXid48", boot="b2")
    work(cluster)
    assert cluster.tainted() == {"a"}
