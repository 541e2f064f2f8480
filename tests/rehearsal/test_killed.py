"""`kill -9` during an update: the next `up` always succeeds, and nothing exists twice."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.control_plane.processes import Process, processes
from tests.rehearsal.checkout import GPU_CLUSTER, Checkout

pytestmark = pytest.mark.engine

_POINTS = (0, 5, 10, 16, 22)
"""Number of created objects at the kill; the platform has about thirty."""

_CASES = [
    pytest.param(created, victim, marks=() if (created, victim) == (10, "engine") else pytest.mark.slow)
    for created in _POINTS
    for victim in ("engine", "program")
]

_MADE_BY_CONTROLLERS = ("pods/", "replicasets/", "persistentvolume", "ipaddresses/")


@pytest.fixture(scope="module")
def whole(checkout: Checkout) -> set[str]:
    """Every object of an undisturbed platform, except those with generated names."""
    done = checkout.gpu_cluster("up")
    assert done.returncode == 0, done.stdout + done.stderr
    return _named(checkout)


@pytest.fixture
def empty(checkout: Checkout, whole: set[str]) -> Checkout:
    """The checkout with a new control plane and a new stack."""
    assert checkout.gpu_cluster("down").returncode == 0
    checkout.start_control_plane()
    checkout.engine.select()
    return checkout


@pytest.mark.usefixtures("whole")
def test_update_leaves_no_credentials_outside_the_project(checkout: Checkout) -> None:
    """The Kubernetes provider never deletes its temporary kubeconfig."""
    assert checkout.pulumi("preview").returncode == 0
    left = checkout.left_elsewhere(checkout.authority)
    assert [file for file in left if file.name.startswith("kubeconfig")] == []
    assert list((checkout.folder / ".local" / "tmp").glob("*/kubeconfig*"))  # as for `pulumi` in a shell

    checkout.engine.output("stack", "ls")

    assert not list((checkout.folder / ".local").glob("tmp/*/kubeconfig*"))


@pytest.mark.parametrize(("created", "victim"), _CASES)
def test_next_up_repairs_a_killed_update(empty: Checkout, whole: set[str], victim: str, created: int) -> None:
    _up_and_kill(empty, victim, created)

    done = empty.gpu_cluster("up")

    assert done.returncode == 0, done.stdout + done.stderr
    assert _named(empty) == whole
    urns = [resource["urn"] for resource in empty.state()]
    assert len(urns) == len(set(urns))
    preview = empty.pulumi("preview", "--expect-no-changes", "--diff")
    assert preview.returncode == 0, preview.stdout + preview.stderr


@pytest.mark.slow
def test_next_up_ends_the_engine_of_a_killed_command(empty: Checkout, whole: set[str]) -> None:
    """The engine continues without the command that started it."""
    command = subprocess.Popen(
        [GPU_CLUSTER, "up"],
        cwd=empty.folder,
        env={**os.environ, "REAL_NODE": "no"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert command.stdout
    assert any(" created (" in line for line in command.stdout)
    command.kill()
    command.wait()
    assert [it for it in _of_engine(empty.folder) if it.command == "pulumi"]

    done = empty.gpu_cluster("up")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "recovered: ended the engine of a command that was killed" in done.stdout
    assert _named(empty) == whole
    preview = empty.pulumi("preview", "--expect-no-changes", "--diff")
    assert preview.returncode == 0, preview.stdout + preview.stderr


def _up_and_kill(checkout: Checkout, victim: str, created: int) -> None:
    """Start an update, and kill the engine or its program after this number of created resources."""
    engine = subprocess.Popen(
        ["pulumi", "up", "--stack", "local", "--yes", "--skip-preview", "--non-interactive"],
        cwd=checkout.folder,
        env=checkout.shell_environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert engine.stdout
    seen = 0
    for line in engine.stdout:
        seen += bool(re.search(r" created \(", line))
        if seen >= created and "kubernetes:" in line:
            break
    assert engine.poll() is None, "the update ended before the kill"
    os.kill(engine.pid if victim == "engine" else _program(checkout.folder), signal.SIGKILL)
    engine.stdout.read()
    assert engine.wait() != 0
    _await_end_of_children(checkout.folder)


def _program(folder: Path) -> int:
    """The Python process that registers the resources."""
    [program] = [
        process.pid
        for process in _of_engine(folder)
        if b"--monitor" in Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
    ]
    return program


def _await_end_of_children(folder: Path) -> None:
    """Wait until the processes that an engine started have ended."""
    deadline = time.monotonic() + 20
    while left := _of_engine(folder):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


def _of_engine(folder: Path) -> list[Process]:
    found = processes(lambda command: command.startswith(("python", "pulumi")))
    return [process for process in found if process.directory.is_relative_to(folder)]


def _named(checkout: Checkout) -> set[str]:
    return {key for key in checkout.api.objects() if not key.startswith(_MADE_BY_CONTROLLERS)}
