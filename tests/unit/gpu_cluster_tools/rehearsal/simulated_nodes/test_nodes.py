# pyright: reportUnknownMemberType=false
# lightkube's models contain bare dicts

from dataclasses import replace

import pytest
from lightkube.models.core_v1 import NodeCondition, NodeStatus, PodSpec
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Node, Pod

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.min_max import MinMax
from gpu_cluster.config.pools import PoolSettings, Sharing
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.rehearsal import KubernetesClient, reconcile, simulate
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import annotation_of, labels_of, name_of


class Site(KubernetesClient):
    """A cluster whose nodes are ready immediately, with these pods by name and node."""

    def __init__(self, pods: dict[str, str]) -> None:
        self.there: dict[str, Node] = {}
        self.running = dict(pods)

    def nodes(self, *, label: str | None = None) -> list[Node]:
        return list(self.there.values())

    def pods(self, namespace: str = "*") -> list[Pod]:
        return [
            Pod(metadata=ObjectMeta(name=name, namespace="n"), spec=PodSpec(containers=[], nodeName=node))
            for name, node in self.running.items()
        ]

    def apply(self, node: Node) -> None:
        ready = NodeStatus(conditions=[NodeCondition(type="Ready", status="True")])
        self.there[name_of(node)] = Node(metadata=node.metadata, spec=node.spec, status=ready)

    def delete_node(self, name: str) -> None:
        del self.there[name]

    def delete_pod(self, namespace: str, name: str) -> None:
        del self.running[name]


@pytest.fixture
def pools() -> dict[str, Pool]:
    settings = {
        "system": PoolSettings(instance="m7i.xlarge", nodes=MinMax(min=4, max=9)),
        "spare": PoolSettings(instance="m7i.xlarge", nodes=MinMax(min=0, max=9)),
        "a100": PoolSettings(
            instance="p4de.24xlarge", nodes=MinMax(min=1, max=1), sharing=Sharing(mig={"1g.10gb": 7})
        ),
    }
    return pools_of(Stack(cluster=LocalCluster(provider="local"), pools=settings))


def test_pools_start_at_their_minimum_size(pools: dict[str, Pool]) -> None:
    names = [name_of(node) for node in simulate(pools)]
    assert names == ["system-0", "system-1", "system-2", "system-3", "a100-0"]


def test_nodes_are_spread_over_the_zones(pools: dict[str, Pool]) -> None:
    zones = [labels_of(node)["topology.kubernetes.io/zone"] for node in simulate(pools)]
    assert zones == ["local-a", "local-b", "local-c", "local-a", "local-a"]


def test_node_has_labels_resources_and_taints_of_its_pool(pools: dict[str, Pool]) -> None:
    node = simulate(pools)[-1]

    assert labels_of(node).items() >= pools["a100"].labels.items()
    assert node.status
    assert (node.status.capacity or {})["nvidia.com/mig-1g.10gb"] == "56"
    assert (node.status.allocatable or {}).items() >= pools["a100"].allocatable.quantities().items()
    assert node.spec
    assert [taint.to_dict() for taint in node.spec.taints or []] == list(pools["a100"].taints)


@pytest.mark.parametrize("field", ["labels", "extended", "taints", "allocatable"])
def test_changed_pool_changes_the_node_manifest(pools: dict[str, Pool], field: str) -> None:
    other = replace(pools["a100"], **{field: getattr(pools["system"], field)})
    assert _manifest(simulate({"a100": other})[0]) != _manifest(simulate(pools)[-1])


def test_scaling_up_keeps_existing_nodes(pools: dict[str, Pool]) -> None:
    grown = pools | {"system": replace(pools["system"], nodes=MinMax(min=6, max=9))}
    assert [_manifest(node) for node in simulate(grown)][:4] == [_manifest(node) for node in simulate(pools)][
        :4
    ]


def test_scaling_down_deletes_nodes_and_their_pods(pools: dict[str, Pool]) -> None:
    site = Site({"stays": "system-0", "goes": "system-3", "waits": ""})
    assert len(reconcile(site, pools).created) == 5

    changes = reconcile(site, pools | {"system": replace(pools["system"], nodes=MinMax(min=3, max=9))})

    assert (changes.created, changes.updated, changes.removed) == ((), (), ("system-3",))
    assert sorted(site.there) == ["a100-0", "system-0", "system-1", "system-2"]
    assert sorted(site.running) == ["stays", "waits"]


def _manifest(node: Node) -> str | None:
    return annotation_of(node, "gpu-cluster/manifest")
