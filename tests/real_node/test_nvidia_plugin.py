"""NVIDIA's published device plugin in the rendered pods on kubelets; a library provides its GPUs."""

import os
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.capacity import GPU_RESOURCE, Pool, mig_resource, pools_of
from gpu_cluster.plan import plan_of
from gpu_cluster.stack import load
from gpu_cluster_tools.toolchain.c_compiler import missing_c_compiler
from gpu_cluster_tools.toolchain.nvidia import NVIDIA_DEVICE_PLUGIN
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from tests.real_node.nvidia_plugin import (
    NVIDIA_MAJOR,
    NvidiaNode,
    environment_of,
    gpu_id,
    gpu_pod,
    machine,
    mig_id,
    nvidia_image,
    process_of,
    with_known_profiles,
)
from tests.real_node.platform import Platform, brought_up, wait
from tests.rehearsal.checkout import PROJECT, Checkout

_MISSING = missing_requirement() or missing_c_compiler()

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(_MISSING is not None, reason=f"NVIDIA's device plugin needs {_MISSING}"),
]

PODS = "/api/v1/namespaces/default/pods"
CONFIG_MAP = "/api/v1/namespaces/gpu-system/configmaps/nvidia-device-plugin"
DAEMON_SETS = "/apis/apps/v1/namespaces/gpu-system/daemonsets"
NODE = "l4-1"
MIG = mig_resource("1g.10gb")
_MPS_POOL = """    l4-mps:
      instance: g6.2xlarge
      nodes: 1
      sharing: {mps: 4}
"""
_FELL_OFF_THE_BUS, _PAGE_FAULT = 79, 31
"""XIDs from https://docs.nvidia.com/deploy/xid-errors/: the second is an application error."""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("checkout")) / "project")
    checkout.edit("    a100:\n", f"{_MPS_POOL}    a100:\n")
    return checkout


@pytest.fixture(scope="module")
def node(checkout: Checkout) -> Iterator[NvidiaNode]:
    """One of two real nodes, without a model, whose pods of the platform use NVIDIA's plugin."""
    with brought_up(checkout):
        platform = Platform(checkout.folder / ".local")
        platform.import_client()
        platform.import_images([nvidia_image()])
        replicas = "/apis/apps/v1/namespaces/serving/deployments/chat/scale"
        platform.api.patch(replicas, {"spec": {"replicas": 0}})
        wait(lambda: not platform.replicas())
        yield NvidiaNode(platform, NODE)


@pytest.fixture(scope="module")
def pools(checkout: Checkout) -> dict[str, Pool]:
    return pools_of(load(checkout.stack_file))


@pytest.mark.parametrize("pool", ["l4", "l4-shared", "a100"])
def test_node_offers_the_planned_gpu_resources(node: NvidiaNode, pools: dict[str, Pool], pool: str) -> None:
    """Whole GPUs, time slices and MIG instances, registered by the plugin."""
    node.become(pools[pool])

    for resource, count in pools[pool].extended.items():
        wait(lambda resource=resource, count=count: node.offers(resource) == count)
        assert f"Registered device plugin for '{resource}' with Kubelet" in node.log()
    assert f'version="{NVIDIA_DEVICE_PLUGIN.version}"' in node.log()


def test_pod_gets_its_gpu_in_its_environment(node: NvidiaNode, pools: dict[str, Pool]) -> None:
    _offering(node, pools["l4"])

    with _running(node, "whole", GPU_RESOURCE) as process:
        assert _visible(process) == gpu_id(0)


def test_four_pods_share_one_gpu_and_the_fifth_waits(node: NvidiaNode, pools: dict[str, Pool]) -> None:
    _offering(node, pools["l4-shared"])

    with (
        _running(node, "share-0", GPU_RESOURCE) as first,
        _running(node, "share-1", GPU_RESOURCE) as second,
        _running(node, "share-2", GPU_RESOURCE) as third,
        _running(node, "share-3", GPU_RESOURCE) as fourth,
        _created(node, "share-4", GPU_RESOURCE),
    ):
        assert {_visible(it) for it in (first, second, third, fourth)} == {gpu_id(0)}
        wait(lambda: "Insufficient nvidia.com/gpu" in _reasons(node, "share-4"))


def test_pod_that_requests_two_shares_is_refused(node: NvidiaNode, pools: dict[str, Pool]) -> None:
    """Tests `failRequestsGreaterThanOne` of the rendered configuration."""
    _offering(node, pools["l4-shared"])

    with _created(node, "two-shares", GPU_RESOURCE, 2):
        status = wait(lambda: _ended(node, "two-shares"))
        assert status["reason"] == "UnexpectedAdmissionError"
        assert "maximum request size for shared resources is 1; found 2" in status["message"]


def test_pods_get_mig_instances(node: NvidiaNode, pools: dict[str, Pool]) -> None:
    _offering(node, pools["a100"])

    with _running(node, "one", MIG) as one, _running(node, "two", MIG, 2) as two:
        given = [_visible(one), *_visible(two).split(",")]
        assert len(set(given)) == 3
        assert set(given) <= {mig_id(gpu, instance) for gpu in range(8) for instance in range(7)}


def test_mig_profiles_of_an_a100_have_the_plugins_names(node: NvidiaNode, pools: dict[str, Pool]) -> None:
    """One instance of each profile; the plugin derives their names from slices and memory."""
    gpus = with_known_profiles()
    wanted = Counter(mig_resource(profile) for gpu in gpus for profile in gpu.mig)

    node.become(pools["a100"], machine([(gpu, dict.fromkeys(gpu.mig, 1)) for gpu in gpus]))

    wait(lambda: all(node.offers(resource) == count for resource, count in wanted.items()))
    node.become(pools["a100"])


def test_failed_gpu_leaves_allocatable_until_the_plugin_restarts(
    node: NvidiaNode, pools: dict[str, Pool]
) -> None:
    _offering(node, pools["l4"])

    node.fail(gpu_id(0), _PAGE_FAULT)
    wait(lambda: "Skipping event" in node.log())
    assert node.offers(GPU_RESOURCE) == 1
    node.fail(gpu_id(0), _FELL_OFF_THE_BUS)
    wait(lambda: node.offers(GPU_RESOURCE) == 0)

    node.restart_plugin()
    wait(lambda: node.offers(GPU_RESOURCE) == 1)


def test_only_one_share_of_a_failed_gpu_leaves_allocatable(node: NvidiaNode, pools: dict[str, Pool]) -> None:
    """The plugin has this defect: https://github.com/NVIDIA/k8s-device-plugin/issues/1929."""
    _offering(node, pools["l4-shared"])

    node.fail(gpu_id(0), _FELL_OFF_THE_BUS)

    wait(lambda: "device marked unhealthy" in node.log())
    wait(lambda: node.offers(GPU_RESOURCE) == 3)


def test_only_one_mig_instance_of_a_failed_gpu_leaves_allocatable(
    node: NvidiaNode, pools: dict[str, Pool]
) -> None:
    _offering(node, pools["a100"])

    node.fail(gpu_id(0), _FELL_OFF_THE_BUS)

    wait(lambda: "device marked unhealthy" in node.log())
    wait(lambda: node.offers(MIG) == 55)


def test_mps_plugin_requires_the_control_daemon_of_the_driver(
    node: NvidiaNode, pools: dict[str, Pool]
) -> None:
    """It registers nothing without the control daemon, which requires a driver."""
    node.become(pools["l4-mps"])

    missing = 'exec: "nvidia-cuda-mps-control": executable file not found in $PATH'
    wait(
        lambda: (
            f"error checking MPS daemon health: failed to start NVIDIA MPS command: {missing}" in node.log()
        )
    )
    wait(lambda: node.offers(GPU_RESOURCE) == 0)


def test_pod_on_eks_gets_its_gpu_by_cdi(node: NvidiaNode) -> None:
    """DaemonSet and configuration of the stack `staging` for Amazon Linux, with NVIDIA's hooks."""
    pool = pools_of(load(PROJECT / "stacks" / "Pulumi.staging.yaml"))["l40s"]
    resources = {it.name: it.inputs for it in plan_of(PROJECT, "staging").graph.resources}
    daemon_set = resources[f"platform-gpu-{pool.name}"]
    [container] = daemon_set["spec"]["template"]["spec"]["containers"]
    node.platform.import_images([nvidia_image(container["image"])])
    node.install_driver()
    configuration = {"data": {pool.name: resources["platform-gpu-config"]["data"][pool.name]}}
    node.platform.api.patch(CONFIG_MAP, configuration)
    node.platform.api.create(DAEMON_SETS, daemon_set)
    _offering(node, pool)

    with _running(node, "cdi", GPU_RESOURCE, 2) as process:
        devices = sorted(it.name for it in (process / "root" / "dev").glob("nvidia[0-9]"))
        assert len(devices) == 2
        assert os.major((process / "root" / "dev" / devices[0]).stat().st_rdev) == NVIDIA_MAJOR
        assert _visible(process) == "void"
        assert (process / "root" / "usr" / "lib64" / "libcuda.so").is_symlink()


def _offering(node: NvidiaNode, pool: Pool) -> None:
    node.become(pool)
    wait(lambda: all(node.offers(resource) == count for resource, count in pool.extended.items()))


def _visible(process: Path) -> str:
    return environment_of(process)["NVIDIA_VISIBLE_DEVICES"]


@contextmanager
def _created(node: NvidiaNode, name: str, resource: str, count: int = 1) -> Generator[None]:
    node.platform.api.create(PODS, gpu_pod(node.name, name, resource, count))
    try:
        yield
    finally:
        node.platform.api.delete(f"{PODS}/{name}?gracePeriodSeconds=0")


@contextmanager
def _running(node: NvidiaNode, name: str, resource: str, count: int = 1) -> Generator[Path]:
    """Process of a running pod that requests GPUs."""
    with _created(node, name, resource, count):
        pod = wait(lambda: _in_phase(node, name, "Running"))
        yield process_of(pod, "client")


def _in_phase(node: NvidiaNode, name: str, phase: str) -> dict[str, Any] | None:
    pod = node.platform.api.get(f"{PODS}/{name}")
    return pod if pod["status"]["phase"] == phase else None


def _ended(node: NvidiaNode, name: str) -> dict[str, Any] | None:
    pod = _in_phase(node, name, "Failed")
    return pod["status"] if pod else None


def _reasons(node: NvidiaNode, name: str) -> str:
    conditions = node.platform.api.get(f"{PODS}/{name}")["status"].get("conditions", [])
    return " ".join(it.get("message", "") for it in conditions)
