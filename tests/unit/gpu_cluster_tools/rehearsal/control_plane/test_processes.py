import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.control_plane.processes import alive, end, processes

_STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
)


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "600"], cwd=tmp_path)
    while not Path(f"/proc/{process.pid}/cmdline").read_bytes():  # empty until exec has set up its memory
        time.sleep(0.01)
    yield process
    process.kill()
    process.wait()


def test_process_is_found_by_program_and_directory(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    found = [process for process in processes("sleep".__eq__) if process.directory == tmp_path]

    assert [(process.pid, process.parent) for process in found] == [(sleeper.pid, os.getpid())]


def test_process_is_found_after_its_folder_was_moved_or_deleted(
    sleeper: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    moved = tmp_path.rename(tmp_path.with_name(f"{tmp_path.name}-moved"))
    assert sleeper.pid in {process.pid for process in processes("sleep".__eq__) if process.directory == moved}

    moved.rmdir()
    assert sleeper.pid in {process.pid for process in processes("sleep".__eq__) if process.directory == moved}


def test_zombie_is_not_alive(sleeper: subprocess.Popen[bytes]) -> None:
    assert alive(sleeper.pid)

    end([process for process in processes("sleep".__eq__) if process.pid == sleeper.pid])

    assert not alive(sleeper.pid)
    assert sleeper.pid not in {process.pid for process in processes("sleep".__eq__)}


def test_process_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    stubborn = subprocess.Popen([sys.executable, "-c", _STUBBORN], cwd=tmp_path, stdout=subprocess.PIPE)
    assert stubborn.stdout
    stubborn.stdout.readline()

    end(
        (process for process in processes(lambda _: True) if process.pid == stubborn.pid),
        grace_seconds=0.1,
    )

    assert stubborn.wait() == -9
    stubborn.stdout.close()
