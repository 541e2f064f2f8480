"""Stopped commands: the processes that they started end too, and they say how to continue."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal import Sandbox, copy_project
from gpu_cluster_tools.rehearsal.control_plane.processes import processes
from gpu_cluster_tools.toolchain import Toolchain
from tests.rehearsal.checkout import PROJECT, Checkout

pytestmark = [pytest.mark.engine, pytest.mark.slow]

_GPU_CLUSTER = Path(sys.executable).parent / "gpu-cluster"
_STARTED = ("kube-apiserver", "etcd", "kube-scheduler", "kube-controller-manager", "kwok", "kwokctl")
_SECONDS = 120
SMALL = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools: {system: {instance: m7i.large, nodes: 1}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = copy_project(PROJECT, tmp_path / "project", {"small": SMALL})
    yield folder
    Sandbox(folder, "small", Toolchain({})).remove()


def running(folder: Path) -> list[str]:
    """Commands of programs below a folder, except those of the test."""
    found = processes(lambda command: command in _STARTED or command.startswith(("pulumi", "python")))
    return sorted(each.command for each in found if each.directory.is_relative_to(folder))


def begun(
    folder: Path, *arguments: str, until: Callable[[], bool], temporary: Path | None = None
) -> "subprocess.Popen[str]":
    """A command that runs in the background, after it has reached this point."""
    process = subprocess.Popen(
        ["env", "--default-signal", _GPU_CLUSTER, *arguments],  # these tests may run under nohup
        cwd=folder,
        env=os.environ | {"REAL_NODE": "no"} | ({"TMPDIR": str(temporary)} if temporary else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + _SECONDS
    while not until():
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            pytest.fail(f"it did not come so far: {process.communicate()[0]}")
        time.sleep(0.05)
    return process


def rehearsing(folder: Path) -> "subprocess.Popen[str]":
    """A rehearsal whose engine works on the stack."""
    below = folder / ".local" / "rehearsal"
    return begun(folder, "rehearse", "small", until=lambda: "pulumi" in running(below))


def await_end(folder: Path) -> None:
    """Wait until killed processes have ended."""
    deadline = time.monotonic() + _SECONDS
    while left := running(folder):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_stopped_rehearsal_ends_all_its_processes(project: Path, number: signal.Signals) -> None:
    process = rehearsing(project)

    process.send_signal(number)
    said, _ = process.communicate(timeout=_SECONDS)

    name = "Ctrl-C" if number == signal.SIGINT else number.name
    assert process.returncode == 128 + number
    assert f"stopped by {name}: ending all that it started" in said
    assert said.endswith("everything was stopped; the same command starts over\n")
    assert "Traceback" not in said
    assert running(project) == []
    assert not (project / ".local" / "rehearsal" / "small").exists()


def test_rehearsal_stopped_during_control_plane_start_leaves_no_process(project: Path) -> None:
    below = project / ".local" / "rehearsal"
    process = begun(project, "rehearse", "small", until=lambda: "etcd" in running(below))

    process.terminate()

    assert process.wait(_SECONDS) == 128 + signal.SIGTERM
    assert running(project) == []


def test_killed_rehearsal_is_recovered_by_the_next(project: Path) -> None:
    process = rehearsing(project)
    process.kill()
    process.communicate()
    assert "kube-apiserver" in running(project)

    done = Checkout(project).gpu_cluster("rehearse", "small")

    assert done.returncode == 0, done.stdout + done.stderr
    await_end(project)


def test_killed_rehearsal_of_a_folder_is_recovered_by_the_next(project: Path, tmp_path: Path) -> None:
    """It has its own temporary folder, which the next rehearsal does not know."""
    source, temporary = tmp_path / "source", tmp_path / "temporary"
    source.mkdir()
    temporary.mkdir()
    (source / "Pulumi.small.yaml").write_text(SMALL)
    command = ("rehearse", "small", "--from", str(source))
    process = begun(project, *command, until=lambda: "pulumi" in running(temporary), temporary=temporary)
    process.kill()
    process.communicate()
    assert "kube-apiserver" in running(temporary)

    done = begun(project, *command, until=lambda: True, temporary=temporary)
    said, _ = done.communicate(timeout=600)

    assert done.returncode == 0, said
    await_end(temporary)
    assert list(temporary.glob("gpu-cluster-rehearsal-*")) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_up_ends_its_processes_and_the_next_continues(
    checkout: Checkout, number: signal.Signals
) -> None:
    folder = checkout.folder
    process = begun(folder, "up", until=lambda: bool(updating(folder)))
    time.sleep(2)  # so it has created some resources

    process.send_signal(number)
    if number == signal.SIGINT:  # a terminal sends it to the engine too
        [engine] = updating(folder)
        os.kill(engine, signal.SIGINT)
    said, _ = process.communicate(timeout=_SECONDS)

    assert process.returncode == 128 + number, said
    assert "everything was stopped, and its data is kept; `gpu-cluster up local` continues" in said
    await_end(folder)
    done = checkout.gpu_cluster("up")
    assert done.returncode == 0, done.stdout + done.stderr
    assert checkout.pulumi("preview", "--expect-no-changes").returncode == 0
    assert checkout.gpu_cluster("down").returncode == 0


def test_stopped_up_of_a_running_platform_leaves_the_platform_running(checkout: Checkout) -> None:
    assert checkout.gpu_cluster("up").returncode == 0
    folder = checkout.folder
    process = begun(folder, "up", until=lambda: bool(updating(folder)))

    process.terminate()
    said, _ = process.communicate(timeout=_SECONDS)

    assert process.returncode == 128 + signal.SIGTERM, said
    assert "the platform runs on, as far as it was updated; `gpu-cluster up local` continues" in said
    assert "kube-apiserver" in running(folder)


def updating(folder: Path) -> list[int]:
    """Process IDs of engines that update a stack."""
    return [
        each.pid
        for each in processes("pulumi".__eq__)
        if each.directory.is_relative_to(folder) and "up" in each.arguments
    ]
