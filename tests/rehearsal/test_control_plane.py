"""The real control plane under restarts, crashes and conflicts on a user's machine."""

# pyright: reportUnknownMemberType=false
# lightkube's signatures contain bare dicts

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lightkube import ApiError, Client, KubeConfig
from lightkube.models.authorization_v1 import ResourceAttributes, SubjectAccessReviewSpec
from lightkube.models.core_v1 import (
    Container,
    NodeStatus,
    PersistentVolumeClaimSpec,
    PersistentVolumeClaimVolumeSource,
    PodSpec,
    SecurityContext,
    Volume,
    VolumeResourceRequirements,
)
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.authorization_v1 import SubjectAccessReview
from lightkube.resources.core_v1 import (
    ConfigMap,
    Namespace,
    Node,
    PersistentVolume,
    PersistentVolumeClaim,
    Pod,
    ServiceAccount,
)
from lightkube.resources.storage_v1 import StorageClass

from gpu_cluster_tools.rehearsal import LocalControlPlane, RehearsalError
from gpu_cluster_tools.rehearsal.control_plane.component_options import COMPONENTS, SIMULATED
from gpu_cluster_tools.rehearsal.control_plane.processes import Process, processes
from gpu_cluster_tools.toolchain import Toolchain, install
from gpu_cluster_tools.toolchain.installed import InstalledTool

pytestmark = pytest.mark.engine

_START = """
import sys
from pathlib import Path
from gpu_cluster_tools.rehearsal import LocalControlPlane
from gpu_cluster_tools.toolchain import install
LocalControlPlane(Path(sys.argv[1]), install()).start()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder of the control plane of this module, which runs again before each test."""
    folder = tmp_path_factory.mktemp("control-plane") / ".local"
    yield folder
    LocalControlPlane(folder, install()).remove()


@pytest.fixture
def control_plane(folder: Path) -> LocalControlPlane:
    control_plane = LocalControlPlane(folder, install())
    control_plane.start()
    return control_plane


def test_start_of_a_running_control_plane_changes_nothing(
    control_plane: LocalControlPlane, folder: Path
) -> None:
    kubeconfig, before = control_plane.kubeconfig.stat(), _pids(folder)

    control_plane.start()

    assert _pids(folder) == before
    assert control_plane.kubeconfig.stat().st_mtime_ns == kubeconfig.st_mtime_ns
    assert stat.S_IMODE(kubeconfig.st_mode) == 0o600
    assert control_plane.status().ready


def test_control_plane_listens_only_on_localhost(control_plane: LocalControlPlane, folder: Path) -> None:
    assert control_plane.status().ready
    addresses = {address for process in _processes(folder) for address in _listening(process.pid)}

    assert addresses == {"0100007F"}


def test_control_plane_writes_nothing_into_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolchain = install()
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    control_plane = LocalControlPlane(tmp_path / ".local", toolchain)

    control_plane.start()
    control_plane.remove()

    assert list(home.iterdir()) == []


def test_rbac_is_enforced(control_plane: LocalControlPlane) -> None:
    review = SubjectAccessReview(
        spec=SubjectAccessReviewSpec(
            user="system:serviceaccount:default:default",
            resourceAttributes=ResourceAttributes(verb="list", resource="secrets", namespace="default"),
        )
    )

    answer = _client(control_plane).create(review)

    assert answer.status
    assert not answer.status.allowed


def test_pod_security_is_enforced(control_plane: LocalControlPlane) -> None:
    client = _client(control_plane)
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    client.apply(Namespace(metadata=ObjectMeta(name="closed", labels=labels)))
    privileged = Container(name="c", image="c", securityContext=SecurityContext(privileged=True))
    pod = Pod(metadata=ObjectMeta(name="p", namespace="closed"), spec=PodSpec(containers=[privileged]))
    _until(lambda: _has_account(client, "closed"))

    with pytest.raises(ApiError, match='violates PodSecurity "restricted'):
        client.create(pod)


@pytest.mark.parametrize("victim", COMPONENTS)
def test_killed_component_is_restarted(control_plane: LocalControlPlane, folder: Path, victim: str) -> None:
    _remember(control_plane, victim)
    os.kill(_pids(folder)[victim], signal.SIGKILL)
    _until(lambda: control_plane.status().missing == (victim,))

    control_plane.start()

    assert control_plane.status().ready
    assert _remembers(control_plane, victim)


def test_machine_restart_keeps_everything(control_plane: LocalControlPlane, folder: Path) -> None:
    _remember(control_plane, "restart")
    kubeconfig = control_plane.kubeconfig.read_bytes()
    for pid in _pids(folder).values():
        os.kill(pid, signal.SIGKILL)
    _until(lambda: not _pids(folder))
    bystander = subprocess.Popen(["sleep", "600"])
    for file in folder.rglob("*.pid"):
        file.write_text(str(bystander.pid))  # their process IDs now belong to other programs

    control_plane.start()

    assert control_plane.status().ready
    assert bystander.poll() is None
    assert control_plane.kubeconfig.read_bytes() == kubeconfig
    assert _remembers(control_plane, "restart")
    bystander.kill()
    bystander.wait()


def test_simulated_nodes_start_pods_after_a_stop(control_plane: LocalControlPlane) -> None:
    node = Node(
        metadata=ObjectMeta(name="simulated", annotations=SIMULATED),
        status=NodeStatus(allocatable={"cpu": "8", "memory": "16Gi", "pods": "110"}),
    )
    _client(control_plane).create(node)
    _run_pod(control_plane, "before")

    control_plane.stop()
    control_plane.start()

    _run_pod(control_plane, "after")


def test_port_taken_meanwhile_is_replaced(control_plane: LocalControlPlane) -> None:
    _remember(control_plane, "port")
    [port] = re.findall(r"127\.0\.0\.1:(\d+)", control_plane.kubeconfig.read_text())
    control_plane.stop()

    with socket.create_server(("127.0.0.1", int(port))):
        control_plane.start()

    assert f":{port}" not in control_plane.kubeconfig.read_text()
    assert _remembers(control_plane, "port")


def test_two_concurrent_starts_start_one_control_plane(folder: Path) -> None:
    LocalControlPlane(folder, install()).stop()

    both = [subprocess.Popen([sys.executable, "-c", _START, folder]) for _ in range(2)]

    assert [process.wait() for process in both] == [0, 0]
    assert len(_processes(folder)) == len(COMPONENTS)


@pytest.mark.parametrize("seconds", [0.5, 1.2, 2.5])
def test_start_killed_halfway_is_completed_by_the_next(tmp_path: Path, seconds: float) -> None:
    making = subprocess.Popen([sys.executable, "-c", _START, tmp_path])
    time.sleep(seconds)
    making.kill()
    making.wait()
    control_plane = LocalControlPlane(tmp_path, install())

    control_plane.start()

    assert control_plane.status().ready
    control_plane.remove()
    assert list(tmp_path.iterdir()) == []


def test_two_checkouts_have_separate_control_planes(control_plane: LocalControlPlane, tmp_path: Path) -> None:
    other = LocalControlPlane(tmp_path, install())
    other.start()
    _remember(other, "other")

    assert not _remembers(control_plane, "other")
    other.remove()
    assert control_plane.status().ready


def test_folder_of_the_control_plane_can_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / 'Jane\'s 100% "own", 码🚀 #1'
    control_plane = LocalControlPlane(folder, install())

    control_plane.start()
    assert control_plane.status().ready
    assert list(tmp_path.iterdir()) == [folder]

    control_plane.remove()
    assert list(folder.iterdir()) == []


def test_removal_with_a_killed_component_leaves_nothing(tmp_path: Path) -> None:
    control_plane = LocalControlPlane(tmp_path, install())
    control_plane.start()
    volume = _volume(control_plane)
    assert volume.is_dir()
    (volume / "kept").write_text("what a pod on a real node wrote")
    os.kill(_pids(tmp_path)["etcd"], signal.SIGKILL)

    control_plane.remove()

    assert _pids(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []
    assert not volume.exists()
    control_plane.remove()


def test_component_that_cannot_start_is_named_with_its_last_output(tmp_path: Path) -> None:
    broken = tmp_path / "kube-scheduler"
    broken.write_text("#!/bin/sh\n[ $1 = --version ] && exec echo Kubernetes v1.35.4\necho no luck; exit 1\n")
    broken.chmod(0o755)
    tools = dict(install().tools) | {"kube-scheduler": InstalledTool(broken, "v1.35.4", "built")}
    control_plane = LocalControlPlane(tmp_path / ".local", Toolchain(tools))

    with pytest.raises(
        RehearsalError, match=r"does not start: kube-scheduler ended.\n  no luck\n.*make down"
    ):
        control_plane.start()

    assert control_plane.status().running == ()
    control_plane.remove()


def _client(control_plane: LocalControlPlane) -> Client:
    return Client(
        config=KubeConfig.from_file(control_plane.kubeconfig), field_manager="test", trust_env=False
    )


def _remember(control_plane: LocalControlPlane, name: str) -> None:
    _client(control_plane).apply(ConfigMap(metadata=ObjectMeta(name=name, namespace="default")))


def _remembers(control_plane: LocalControlPlane, name: str) -> bool:
    names = [found.metadata and found.metadata.name for found in _client(control_plane).list(ConfigMap)]
    return name in names


def _volume(control_plane: LocalControlPlane) -> Path:
    """Folder of a claim that was bound when its first pod was scheduled."""
    client = _client(control_plane)
    amounts = {"cpu": "4", "memory": "8Gi", "pods": "10"}
    client.apply(
        Node(metadata=ObjectMeta(name="n"), status=NodeStatus(capacity=amounts, allocatable=amounts)),
    )
    client.apply(
        StorageClass(
            metadata=ObjectMeta(name="lazy"),
            provisioner="kubernetes.io/host-path",
            volumeBindingMode="WaitForFirstConsumer",
        )
    )
    claim = PersistentVolumeClaimSpec(
        accessModes=["ReadWriteOnce"],
        storageClassName="lazy",
        resources=VolumeResourceRequirements(requests={"storage": "1Gi"}),
    )
    home = ObjectMeta(name="claim", namespace="default")
    client.apply(PersistentVolumeClaim(metadata=home, spec=claim))
    _until(lambda: _has_account(client, "default"))
    volume = Volume(name="v", persistentVolumeClaim=PersistentVolumeClaimVolumeSource(claimName="claim"))
    pod = PodSpec(containers=[Container(name="c", image="c")], volumes=[volume])
    client.apply(Pod(metadata=ObjectMeta(name="pod", namespace="default"), spec=pod))
    _until(lambda: bool(list(client.list(PersistentVolume))))
    [found] = client.list(PersistentVolume)
    assert found.spec
    assert found.spec.hostPath
    return Path(found.spec.hostPath.path)


def _run_pod(control_plane: LocalControlPlane, name: str) -> None:
    """Run a pod on the simulated node; it takes seconds until kwok holds the node's lease."""
    client = _client(control_plane)
    spec = PodSpec(
        containers=[Container(name="main", image="any")],
        nodeName="simulated",
        automountServiceAccountToken=False,
    )
    client.create(Pod(metadata=ObjectMeta(name=name, namespace="default"), spec=spec))

    def runs() -> bool:
        status = client.get(Pod, name, namespace="default").status
        return status is not None and status.phase == "Running"

    _until(runs)


def _has_account(client: Client, namespace: str) -> bool:
    """Whether the namespace has the default service account."""
    return bool(list(client.list(ServiceAccount, namespace=namespace)))


def _processes(folder: Path) -> list[Process]:
    return [found for found in processes(COMPONENTS.__contains__) if found.directory.is_relative_to(folder)]


def _pids(folder: Path) -> dict[str, int]:
    return {process.command: process.pid for process in _processes(folder)}


def _listening(pid: int) -> set[str]:
    """Addresses that a process listens on, in the kernel's format."""
    sockets = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    rows = [
        row.split()
        for table in ("tcp", "tcp6")
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}


def _until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
