"""Checks of a cluster against scripted API responses; tests/rehearsal uses a real API server."""

from typing import Any

import pytest

from gpu_cluster_tools.doctor.api_server import ApiServer, Object
from gpu_cluster_tools.doctor.check import Check, CheckStatus
from gpu_cluster_tools.doctor.cluster import cluster
from gpu_cluster_tools.doctor.rbac_permissions import MADE
from tests.pains.platforms import platform, stack
from tests.unit.gpu_cluster_tools.doctor.answers import Answers, daemons, listed, named, servers

OK, WARN, FAIL, SKIP = CheckStatus.OK, CheckStatus.WARN, CheckStatus.FAIL, CheckStatus.SKIP


def looked(api: ApiServer, name: str = "onprem", **edits: Any) -> dict[str, Check]:
    settings = stack(name, {key.replace("__", "."): value for key, value in edits.items()})
    return {check.name: check for check in cluster(settings, api)}


@pytest.fixture
def api() -> Answers:
    return Answers()


def test_complete_cluster_lacks_only_gpus_before_the_platform_is_installed(api: Answers) -> None:
    verdicts = {name: check.verdict for name, check in looked(api).items()}

    assert {name for name, verdict in verdicts.items() if verdict is not OK} == {"h100 GPUs", "h100-mig GPUs"}
    assert set(verdicts.values()) == {OK, WARN}


def test_pool_without_labelled_nodes_fails_with_the_label_command(api: Answers) -> None:
    api.paths["/api/v1/nodes"] = listed(named("server-1"))
    found = looked(api)["h100"]
    assert (found.verdict, found.advice) == (FAIL, "kubectl label node NODE example.com/gpu=h100")
    api.paths["/api/v1/nodes"] = None
    assert looked(api)["nodes"].verdict is SKIP


@pytest.mark.parametrize(
    ("gpus", "plugin", "verdict"), [("8", True, OK), ("4", True, FAIL), ("0", True, WARN), ("0", False, FAIL)]
)
def test_number_of_gpus_is_compared_with_the_pool(
    api: Answers, gpus: str, plugin: bool, verdict: CheckStatus
) -> None:
    nodes = servers()
    for node in nodes:
        node["status"]["allocatable"] = {"nvidia.com/gpu": gpus}
    api.paths["/api/v1/nodes"] = listed(*nodes)

    assert looked(api, gpu={"devicePlugin": plugin})["h100 GPUs"].verdict is verdict


@pytest.mark.parametrize(
    ("labels", "verdict", "says"),
    [
        ({"nvidia.com/cuda.driver-version.major": "595"}, OK, "595"),
        ({"nvidia.com/cuda.driver-version.major": "570"}, FAIL, "driver 570 on a node of the pool; vLLM"),
        ({"nvidia.com/cuda.driver.major": "550"}, FAIL, "driver 550"),
        ({}, WARN, "no label nvidia.com/cuda.driver-version.major, so their driver is not checked"),
    ],
)
def test_driver_version_is_compared_with_the_requirement_of_models(
    api: Answers, labels: dict[str, str], verdict: CheckStatus, says: str
) -> None:
    nodes = servers()
    for node in nodes:
        del node["metadata"]["labels"]["nvidia.com/cuda.driver-version.major"]
        node["metadata"]["labels"] |= labels
    api.paths["/api/v1/nodes"] = listed(*nodes)

    drivers = [check for name, check in looked(api).items() if name.endswith(" driver")]

    assert {check.verdict for check in drivers} == {verdict}
    assert all(says in check.found for check in drivers)


def test_second_device_plugin_fails(api: Answers) -> None:
    api.paths["/apis/apps/v1/daemonsets"] = listed(daemons("nvidia-device-plugin-daemonset"))
    assert looked(api)["device plugin"].verdict is FAIL
    assert looked(api, gpu={"devicePlugin": False})["device plugin"].verdict is OK


def test_device_plugins_of_the_platform_are_not_foreign(api: Answers) -> None:
    api.paths["/apis/apps/v1/daemonsets"] = listed(
        *(daemons(it["metadata.name"], **it["metadata.labels"]) for it in platform("onprem").of("DaemonSet"))
    )
    assert looked(api)["device plugin"].verdict is OK


def test_exactly_one_default_storage_class_is_required(api: Answers) -> None:
    default = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}

    def classes(*names: str) -> Object:
        return listed(*(named(name, provisioner="nfs.csi.k8s.io", metadata=default) for name in names))

    for names, verdict in [
        ((), OK),
        (("models",), OK),
        (("standard",), FAIL),
        (("models", "standard"), FAIL),
    ]:
        api.paths["/apis/storage.k8s.io/v1/storageclasses"] = classes(*names)
        assert looked(api)["default class"].verdict is verdict, names


def test_missing_csi_driver_is_named(api: Answers) -> None:
    api.paths["/apis/storage.k8s.io/v1/csidrivers"] = listed()
    assert looked(api)["models"].verdict is WARN
    assert (
        looked(api, "edge")["disk"].found
        == "CSI driver rancher.io/local-path is not registered, and no class uses it"
    )


def test_cluster_without_pod_security_enforcement_fails(api: Answers) -> None:
    api.namespace_refusal = None
    assert looked(api)["pod security"].verdict is FAIL
    api.namespace_refusal = "namespaces is forbidden: this user may not"
    assert looked(api)["pod security"].verdict is SKIP


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/apis/admissionregistration.k8s.io/v1", "admission policies"),
        ("/apis/metrics.k8s.io/v1beta1", "metrics"),
        ("/apis/custom.metrics.k8s.io", "waiting queues"),
        ("/apis/snapshot.storage.k8s.io/v1", "snapshots"),
    ],
)
def test_missing_api_is_a_warning(api: Answers, path: str, name: str) -> None:
    api.paths[path] = None

    assert looked(api)[name].verdict is WARN


def test_queue_metrics_are_required_only_for_autoscaling(api: Answers) -> None:
    assert "waiting queues" not in looked(api, "edge")


def test_missing_create_permissions_are_listed_together(api: Answers) -> None:
    api.denied = {"namespaces", "storageclasses"}

    rights = looked(api)["rights"]

    assert rights.found == "not authorized to create namespaces, storage.k8s.io/storageclasses"


def test_unsupported_kubernetes_version_is_reported(api: Answers) -> None:
    api.paths["/version"] = {"major": "1", "minor": "24", "gitVersion": "v1.24.0"}

    assert looked(api)["version"].found == "Kubernetes 1.24; the platform supports 1.31 to 1.36"


def test_create_permission_is_checked_for_every_kind_of_the_platform() -> None:
    kinds = {
        it.type.removeprefix("kubernetes:")
        for name in ("onprem", "edge")
        for it in platform(name).resources
        if it.type.startswith("kubernetes:")
    }
    made = {resource_of(kind) for kind in kinds}
    assert made <= set(MADE)


def resource_of(kind: str) -> str:
    """Resource of a kind in the API server: apps/v1:Deployment is apps/deployments."""
    version, _, name = kind.partition(":")
    group = version.rpartition("/")[0]
    plural = name.lower().removesuffix("y") + (
        "ies" if name.endswith("y") else "es" if name.endswith("s") else "s"
    )
    return plural if group == "core" else f"{group}/{plural}"


@pytest.mark.parametrize(
    ("kubelet", "runtime", "verdict"),
    [
        ("v1.35.4", "containerd://2.1.4", OK),
        ("v1.36.0-eks-1a2b3c4", "containerd://2.2.3+unknown", OK),
        ("v1.35.4", "cri-o://1.35.0", OK),
        ("v1.34.2", "containerd://2.1.4", FAIL),
        ("v1.35.4", "containerd://1.7.29", FAIL),
        ("v1.35.4", "docker://29.6.2", SKIP),
        ("", "", SKIP),
    ],
)
def test_nodes_of_prefetched_models_must_support_image_volumes(
    api: Answers, kubelet: str, runtime: str, verdict: CheckStatus
) -> None:
    nodes = servers()
    for node in nodes:
        node["status"]["nodeInfo"] = {"kubeletVersion": kubelet, "containerRuntimeVersion": runtime}
    api.paths["/api/v1/nodes"] = listed(*nodes)

    assert not [name for name in looked(api) if name.endswith("image volumes")]
    found = {
        check.verdict for name, check in looked(api, serving__prefetch=True).items() if "image vol" in name
    }
    assert found == {verdict}
