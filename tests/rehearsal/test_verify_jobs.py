"""The namespace of a verification run, and its pods, on the real API server with its admission."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.stack import load
from gpu_cluster_tools.doctor.api_server import ApiServer, Object
from gpu_cluster_tools.verify import efa_jobs
from gpu_cluster_tools.verify import run_job as running
from gpu_cluster_tools.verify import run_namespace as subject
from gpu_cluster_tools.verify.run_job import JobPod, NotStartedError, job_of, run_job
from gpu_cluster_tools.verify.run_namespace import NAMESPACE, OccupiedError, RunNamespace
from tests.rehearsal.site import site_with_nodes
from tests.rehearsal.test_doctor import SITE

pytestmark = pytest.mark.engine

PATH = f"/api/v1/namespaces/{NAMESPACE}"
GPU = {"nvidia.com/gpu": "4", "memory": "8Gi"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with site_with_nodes(tmp_path_factory.mktemp("site"), SITE) as folder:
        yield folder


@pytest.fixture
def namespace(site: Path) -> RunNamespace:
    return RunNamespace(ApiServer(site / "kubeconfig"), load(site / "Pulumi.site.yaml"))


@pytest.fixture
def pool(site: Path) -> Pool:
    return pools_of(load(site / "Pulumi.site.yaml"))["gpu"]


def pod(pool: Pool, *, node: str = "gpu-0", **more: Any) -> JobPod:
    settings: dict[str, Any] = {"limits": GPU, **more}
    return JobPod("dcgm-gpu", "example.com/dcgm:1", "true", pool, node, **settings)


def test_run_leaves_nothing(namespace: RunNamespace) -> None:
    with namespace:
        assert namespace.api.get(PATH)
        policies = namespace.api.items(f"/apis/networking.k8s.io/v1/namespaces/{NAMESPACE}/networkpolicies")
        assert policies
        assert policies[0]["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert namespace.api.get(PATH) is None


def _uid(namespace: RunNamespace) -> str:
    found = namespace.api.get(PATH)
    assert found
    return found["metadata"]["uid"]


def test_interrupted_run_removes_its_namespace(namespace: RunNamespace) -> None:
    with pytest.raises(KeyboardInterrupt), namespace:
        raise KeyboardInterrupt
    left = namespace.api.get(PATH)
    assert left is None or "deletionTimestamp" in left["metadata"]


def test_leftovers_of_a_killed_run_are_removed_by_the_next(
    namespace: RunNamespace, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "_LEFTOVER_SECONDS", 2.0)
    namespace.__enter__()
    namespace.renew()
    before = _uid(namespace)
    with RunNamespace(ApiServer(site / "kubeconfig"), load(site / "Pulumi.site.yaml")) as again:
        assert _uid(again) != before
    assert namespace.api.get(PATH) is None


def test_running_verification_blocks_another_one(
    namespace: RunNamespace, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "_RENEW_SECONDS", 0.2)
    over = threading.Event()

    def renew() -> None:
        while not over.wait(0.3):
            namespace.renew()

    with namespace:
        thread = threading.Thread(target=renew)
        thread.start()
        try:
            other = RunNamespace(ApiServer(site / "kubeconfig"), load(site / "Pulumi.site.yaml"))
            with pytest.raises(OccupiedError, match="another gpu-cluster verify"), other:
                pass
        finally:
            over.set()
            thread.join()
        assert namespace.api.get(PATH)


BETWEEN_NODES = {
    "limits": GPU | {"vpc.amazonaws.com/efa": "32", "hugepages-2Mi": "5120Mi"},
    "root": True,
    "capabilities": efa_jobs._CAPABILITIES,  # pyright: ignore[reportPrivateUsage]
    "secret": "efa-ssh",
    "labels": {"gpu-cluster/verify": "efa"},
}


@pytest.mark.parametrize("kind", [{}, {"root": True}, {"claim": "data"}, BETWEEN_NODES])
def test_namespace_admits_every_pod_of_a_job(
    namespace: RunNamespace, pool: Pool, kind: dict[str, Any]
) -> None:
    """Pod Security and other admission plugins evaluate a dry run; a privileged pod is refused."""
    made = pod(pool, **kind)
    with namespace:
        job = job_of(made, [], 60)
        assert namespace.api.refusal(f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs", job) is None
        body: Object = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": made.spec([])}
        assert namespace.api.refusal(f"{PATH}/pods", body) is None
        body["spec"]["containers"][0]["securityContext"] = {"privileged": True}
        assert "PodSecurity" in (namespace.api.refusal(f"{PATH}/pods", body) or "")


def test_traffic_between_two_pods_is_allowed_while_they_run(namespace: RunNamespace) -> None:
    secrets, policies = (
        namespace.path("v1", "secrets"),
        namespace.path("networking.k8s.io/v1", "networkpolicies"),
    )
    with namespace:
        with efa_jobs._prepared(namespace):  # pyright: ignore[reportPrivateUsage]
            made = namespace.api.get(f"{policies}/efa-ssh")
            assert made
            assert made["spec"]["policyTypes"] == ["Ingress", "Egress"]
            secret = namespace.api.get(f"{secrets}/efa-ssh")
            assert secret
            assert set(secret["data"]) >= {"key", "authorized_keys", "known_hosts"}
        assert namespace.api.get(f"{policies}/efa-ssh") is None
        assert namespace.api.get(f"{secrets}/efa-ssh") is None


def test_unschedulable_pod_is_an_error(
    namespace: RunNamespace, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uses the real scheduler; nothing is preempted, because the pods have no priority."""
    monkeypatch.setattr(running, "_START_SECONDS", 4.0)
    with namespace:
        with pytest.raises(NotStartedError, match="not scheduled: 0/2 nodes"):
            run_job(namespace, pod(pool, node="elsewhere"), 60)
        assert namespace.api.items(f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs") == []


def test_pod_on_a_simulated_node_ends_without_a_log(
    namespace: RunNamespace, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Job, the scheduler and its completion are real; kwok lets pods of Jobs succeed."""
    monkeypatch.setattr(running, "_GRACE_SECONDS", 1.0)
    with namespace:
        result = run_job(namespace, pod(pool), 5)
        assert result.log.startswith("no log") or result.reason == "ran for more than 5 s"
