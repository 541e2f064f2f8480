"""Simulated nodes on a real control plane, and the pods that they accept."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# lightkube's signatures and models contain bare dicts

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from lightkube import Client, KubeConfig
from lightkube.models.core_v1 import (
    Container,
    EmptyDirVolumeSource,
    HTTPGetAction,
    PodSpec,
    Probe,
    ResourceRequirements,
    Toleration,
    Volume,
)
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Node, Pod, ServiceAccount

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.min_max import MinMax
from gpu_cluster.config.pools import PoolSettings, Sharing, Taint
from gpu_cluster.config.quantity import amount
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.rehearsal import Changes, KubernetesClient, LocalControlPlane, reconcile
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import is_ready
from gpu_cluster_tools.toolchain import install

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalControlPlane]:
    control_plane = LocalControlPlane(tmp_path_factory.mktemp("nodes") / ".local", install())
    control_plane.start()
    yield control_plane
    control_plane.remove()


@pytest.fixture
def cluster(control_plane: LocalControlPlane) -> KubernetesClient:
    """The control plane with two plain nodes and a GPU node."""
    cluster = KubernetesClient(control_plane.kubeconfig)
    reconcile(cluster, _pools())
    return cluster


@pytest.fixture
def client(control_plane: LocalControlPlane) -> Client:
    return Client(config=KubeConfig.from_file(control_plane.kubeconfig), namespace="default", trust_env=False)


def test_every_pool_has_ready_nodes(cluster: KubernetesClient, client: Client) -> None:
    assert {_name(node): is_ready(node) for node in cluster.nodes()} == dict.fromkeys(
        ("system-0", "system-1", "l4-0"), True
    )
    gpu = client.get(Node, "l4-0")
    pool = _pools()["l4"]
    assert gpu.status
    assert _amounts(gpu.status.capacity or {}) == _amounts({**pool.capacity.quantities(), **pool.extended})
    assert _amounts(gpu.status.allocatable or {}) == _amounts(
        {**pool.allocatable.quantities(), **pool.extended}
    )
    assert gpu.spec
    assert [(taint.key, taint.effect) for taint in gpu.spec.taints or []] == [
        ("nvidia.com/gpu", "NoSchedule")
    ]


def test_unchanged_nodes_are_not_updated(cluster: KubernetesClient) -> None:
    before = {_name(node): node.metadata and node.metadata.uid for node in cluster.nodes()}

    assert reconcile(cluster, _pools()) == Changes(created=(), updated=(), removed=())
    assert {_name(node): node.metadata and node.metadata.uid for node in cluster.nodes()} == before


def test_changed_pool_updates_its_nodes_in_place(cluster: KubernetesClient, client: Client) -> None:
    before = client.get(Node, "l4-0")

    changes = reconcile(cluster, _pools(sharing=Sharing(time_slicing=4), taints={"room": Taint(value="one")}))

    assert changes == Changes(created=(), updated=("l4-0",), removed=())
    after = client.get(Node, "l4-0")
    assert before.metadata
    assert after.metadata
    assert after.metadata.uid == before.metadata.uid
    assert after.status
    assert (after.status.allocatable or {})["nvidia.com/gpu"] == "4"
    assert (after.metadata.labels or {})["nvidia.com/gpu.product"] == "NVIDIA-L4-SHARED"
    assert after.spec
    assert {taint.key for taint in after.spec.taints or []} == {"nvidia.com/gpu", "room"}


def test_resource_that_a_pool_no_longer_offers_is_removed(cluster: KubernetesClient, client: Client) -> None:
    pools = _pools()
    reconcile(cluster, pools | {"l4": replace(pools["l4"], extended={"nvidia.com/other": 7})})

    status = client.get(Node, "l4-0").status

    assert status
    assert "nvidia.com/gpu" not in (status.capacity or {})
    assert (status.capacity or {})["nvidia.com/other"] == "7"


def test_removed_pool_deletes_its_nodes_and_pods(cluster: KubernetesClient, client: Client) -> None:
    client.apply(Node(metadata=ObjectMeta(name="by-hand")), field_manager="test")
    _run(client, "tenant", node="l4-0")

    changes = reconcile(cluster, {"system": _pools()["system"]})

    assert changes.removed == ("l4-0",)
    assert {_name(node) for node in cluster.nodes()} == {"system-0", "system-1", "by-hand"}
    assert [pod for pod in cluster.pods() if pod.metadata and pod.metadata.name == "tenant"] == []
    client.delete(Node, "by-hand")


def test_gpu_is_allocated_once(cluster: KubernetesClient, client: Client) -> None:
    _run(client, "first", gpus=1)
    _until(lambda: _is_ready(client, "first"))

    _run(client, "second", gpus=1)

    _until(lambda: "Insufficient nvidia.com/gpu" in _why_waiting(client, "second"))
    client.delete(Pod, "first", grace_period=0)
    _until(lambda: _is_ready(client, "second"))
    client.delete(Pod, "second")


def test_pod_with_probes_init_containers_and_volumes_starts_and_ends_at_once(
    cluster: KubernetesClient, client: Client
) -> None:
    assert cluster.nodes()
    probe = Probe(httpGet=HTTPGetAction(port=8000), periodSeconds=60)
    container = Container(name="c", image="c", startupProbe=probe, readinessProbe=probe, livenessProbe=probe)
    spec = PodSpec(
        containers=[container],
        initContainers=[
            Container(name="init", image="i"),
            Container(name="sidecar", image="s", restartPolicy="Always", startupProbe=probe),
        ],
        volumes=[Volume(name="shm", emptyDir=EmptyDirVolumeSource(medium="Memory"))],
        terminationGracePeriodSeconds=300,
    )
    _create(client, "probed", spec)
    _until(lambda: _is_ready(client, "probed"), seconds=10)

    client.delete(Pod, "probed")

    _until(lambda: "probed" not in {_name(pod) for pod in client.list(Pod)}, seconds=10)


@pytest.mark.slow
def test_thousand_nodes_are_created_in_seconds(cluster: KubernetesClient) -> None:
    pools = _pools()
    many = pools | {"l4": replace(pools["l4"], nodes=MinMax(min=1000, max=1000))}
    begun = time.monotonic()

    changes = reconcile(cluster, many)

    assert len(changes.created) == 999
    assert time.monotonic() - begun < 90
    assert len(reconcile(cluster, pools).removed) == 999


def _pools(*, sharing: Sharing | None = None, taints: dict[str, Taint] | None = None) -> dict[str, Pool]:
    settings = {
        "system": PoolSettings(instance="m7i.xlarge", nodes=MinMax(min=2, max=4)),
        "l4": PoolSettings(
            instance="g6.4xlarge", nodes=MinMax(min=1, max=4), sharing=sharing, taints=taints or {}
        ),
    }
    return pools_of(Stack(cluster=LocalCluster(provider="local"), pools=settings))


def _run(client: Client, name: str, *, gpus: int = 0, node: str | None = None) -> None:
    limits = ResourceRequirements(limits={"nvidia.com/gpu": str(gpus)} if gpus else {})
    spec = PodSpec(
        containers=[Container(name="c", image="c", resources=limits)],
        tolerations=[Toleration(operator="Exists")],
        nodeSelector={"kubernetes.io/hostname": node} if node else {},
    )
    _create(client, name, spec)
    if node:
        _until(lambda: _is_ready(client, name))


def _create(client: Client, name: str, spec: PodSpec) -> None:
    _until(lambda: "default" in {_name(account) for account in client.list(ServiceAccount)})
    client.create(Pod(metadata=ObjectMeta(name=name), spec=spec))


def _is_ready(client: Client, name: str) -> bool:
    return is_ready(client.get(Pod, name))


def _why_waiting(client: Client, name: str) -> str:
    status = client.get(Pod, name).status
    return " ".join(condition.message or "" for condition in (status and status.conditions) or [])


def _amounts(quantities: Mapping[str, Any]) -> dict[str, Decimal]:
    return {resource: amount(str(quantity)) for resource, quantity in quantities.items()}


def _name(thing: Node | Pod | ServiceAccount) -> str:
    return (thing.metadata and thing.metadata.name) or ""


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
