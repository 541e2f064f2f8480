"""Separate programs receive the signals, because a test process already has handlers."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """\
import sys, time
from pathlib import Path
from gpu_cluster_tools.termination import Interruption, name_of, terminate_in_order, signals_ignored

here = Path(sys.argv[1])
terminate_in_order()
try:
    (here / "running").touch()
    time.sleep(60)
except Interruption as error:
    print(name_of(error), flush=True)
    raise
finally:
    with signals_ignored():
        (here / "cleaning").touch()
        while not (here / "cleaned").exists():
            time.sleep(0.01)
        print("cleaned", flush=True)
"""
NAMES = {signal.SIGTERM: "SIGTERM", signal.SIGHUP: "SIGHUP", signal.SIGINT: "Ctrl-C"}


def begun(folder: Path, *before: str) -> "subprocess.Popen[str]":
    command = [*before, sys.executable, "-c", PROGRAM, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    await_file(folder / "running")
    return process


def await_file(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, path
        time.sleep(0.01)


@pytest.mark.parametrize("number", NAMES)
def test_program_ends_after_cleanup_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    process = begun(tmp_path, "env", "--default-signal")  # these tests may run under nohup themselves

    process.send_signal(number)
    await_file(tmp_path / "cleaning")
    for again in NAMES:
        process.send_signal(again)
    time.sleep(0.1)
    assert process.poll() is None
    (tmp_path / "cleaned").touch()

    assert process.communicate(timeout=30)[0] == f"{NAMES[number]}\ncleaned\n"
    assert process.returncode in (128 + number, -number)  # Python ends itself with SIGINT


def test_nohup_program_ignores_sighup(tmp_path: Path) -> None:
    process = begun(tmp_path, "nohup")

    process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    assert not (tmp_path / "cleaning").exists()
    (tmp_path / "cleaned").touch()
    process.terminate()

    assert process.communicate(timeout=30)[0] == "SIGTERM\ncleaned\n"
