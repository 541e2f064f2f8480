"""Create, update and destroy the local stack with the real engine; each test builds on the previous one."""

import re
import subprocess
import time

import pytest

from gpu_cluster_tools.rehearsal import LocalControlPlane
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import is_ready, labels_of
from gpu_cluster_tools.toolchain import install
from tests.rehearsal.checkout import Checkout

pytestmark = pytest.mark.engine

_NO_CHANGE = ("--expect-no-changes", "--diff")
_CHAT = "/apis/apps/v1/namespaces/serving/deployments/chat"


@pytest.fixture(scope="module")
def bare(checkout: Checkout) -> set[str]:
    """Every object that exists before the platform."""
    checkout.start_control_plane()
    found, seen = set(checkout.api.objects()), set[str]()
    while found != seen or "serviceaccounts/kube-public/default" not in found:
        time.sleep(1)  # controllers are still creating the default objects of every namespace
        found, seen = set(checkout.api.objects()), found
    return found


@pytest.mark.usefixtures("bare")
def test_up_ends_with_a_summary(checkout: Checkout) -> None:
    done = checkout.gpu_cluster("up")

    assert done.returncode == 0, done.stdout + done.stderr
    summary = done.stdout[done.stdout.index("local: 6 of 6 nodes ready") :]
    assert "a100       1/1    p4de.24xlarge  8 x A100-80GB as 56 x nvidia.com/mig-1g.10gb" in summary
    assert re.search(r"chat   2/2    l4-[01], l4-[01]", summary)
    assert "make down" in summary


def test_every_pod_is_ready_on_its_pool(checkout: Checkout) -> None:
    homes = dict[str, set[str]]()
    for pod in checkout.cluster.pods():
        assert is_ready(pod), pod
        homes.setdefault(labels_of(pod)["app.kubernetes.io/name"], set()).add(
            (pod.spec and pod.spec.nodeName) or ""
        )

    assert homes.keys() == {"nvidia-device-plugin", "vllm", "registry"}
    assert homes["nvidia-device-plugin"] == {"l4-0", "l4-1", "l4-shared-0", "a100-0"}
    assert homes["vllm"] == {"l4-0", "l4-1"}
    assert homes["registry"] < {"system-0", "system-1"}


def test_second_up_changes_nothing(checkout: Checkout) -> None:
    before = checkout.api.objects()

    done = checkout.gpu_cluster("up")

    assert done.returncode == 0, done.stdout + done.stderr
    assert _changes(done) == {"unchanged"}
    assert checkout.api.objects() == before


def test_preview_has_no_changes(checkout: Checkout) -> None:
    done = checkout.pulumi("preview", *_NO_CHANGE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_refresh_finds_no_drift(checkout: Checkout) -> None:
    done = checkout.pulumi("refresh", "--yes", "--skip-preview", *_NO_CHANGE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_edit_is_an_update_in_place(checkout: Checkout) -> None:
    before = checkout.api.objects()
    checkout.edit("context: 8192", "context: 4096")

    done = checkout.gpu_cluster("up")

    assert done.returncode == 0, done.stdout + done.stderr
    assert _changes(done) == {"1 updated", "unchanged"}
    [container] = checkout.api.get(_CHAT)["spec"]["template"]["spec"]["containers"]
    assert "--max-model-len=4096" in container["args"]
    assert _kept(before) == _kept(checkout.api.objects())


def test_size_set_by_an_autoscaler_is_no_change(checkout: Checkout) -> None:
    checkout.edit("replicas: {min: 2, max: 2}", "replicas: {min: 1, max: 2}")
    assert checkout.gpu_cluster("up").returncode == 0

    checkout.api.patch(f"{_CHAT}/scale", {"spec": {"replicas": 1}})
    done = checkout.pulumi("preview", *_NO_CHANGE)
    assert done.returncode == 0, done.stdout + done.stderr

    checkout.edit("context: 4096", "context: 2048")
    assert checkout.gpu_cluster("up").returncode == 0
    assert checkout.api.get(_CHAT)["spec"]["replicas"] == 1


def test_resized_pool_moves_no_other_pods(checkout: Checkout) -> None:
    before = checkout.api.objects()
    checkout.edit(
        "l4-shared:\n      instance: g6.2xlarge\n      nodes: 1",
        "l4-shared:\n      instance: g6.2xlarge\n      nodes: 3",
    )
    assert checkout.gpu_cluster("up").returncode == 0
    grown = checkout.api.objects()
    assert {"nodes//l4-shared-1", "nodes//l4-shared-2"} == {
        key for key in grown.keys() - before.keys() if key.startswith("nodes/")
    }

    checkout.edit("nodes: 3", "nodes: 1")
    assert checkout.gpu_cluster("up").returncode == 0
    shrunk = checkout.api.objects()
    assert shrunk.items() <= before.items()
    # Volumes of earlier replicas are deleted later by the controller.
    assert all(key.startswith("persistentvolumes/") for key in before.keys() - shrunk.keys())


def test_lost_control_plane_is_recreated_by_up(checkout: Checkout) -> None:
    LocalControlPlane(checkout.folder / ".local", install()).remove()

    done = checkout.gpu_cluster("up")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "chat   1/1    l4-" in done.stdout


def test_destroy_leaves_nothing(checkout: Checkout, bare: set[str]) -> None:
    done = checkout.pulumi("destroy", "--yes", "--skip-preview")

    assert done.returncode == 0, done.stdout + done.stderr
    assert checkout.state() == []
    deadline = time.monotonic() + 30
    while (left := checkout.api.objects().keys() - bare) and time.monotonic() < deadline:
        time.sleep(0.5)  # volumes are deleted after their claims
    assert left == set()


def _changes(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Counts in the engine's final summary: {"1 updated", "unchanged"}."""
    rows = re.findall(r"^ +[-+~]* ?(\d+ [a-z]+)$", done.stdout, re.MULTILINE)
    return {"unchanged" if row.endswith(" unchanged") else row for row in rows}


def _kept(objects: dict[str, str]) -> dict[str, str]:
    """Fields that an update of a Deployment keeps."""
    rolled = ("pods/", "replicasets/", "persistentvolume")
    return {key: uid for key, uid in objects.items() if not key.startswith(rolled)}
