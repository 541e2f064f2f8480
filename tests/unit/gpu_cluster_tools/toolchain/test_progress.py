import os
import pty
import subprocess
import sys

import pytest

from gpu_cluster_tools.toolchain.progress import BuildProgress, elapsed


def test_step_is_reported_at_start_and_end() -> None:
    lines: list[str] = []

    with BuildProgress(lines.append).step("building etcd"):
        assert lines == ["building etcd …"]

    assert lines == ["building etcd …", "building etcd … 0s"]


def test_failed_step_reports_no_end() -> None:
    lines: list[str] = []

    with pytest.raises(RuntimeError), BuildProgress(lines.append).step("building etcd"):
        raise RuntimeError

    assert lines == ["building etcd …"]


def test_progress_goes_to_stderr_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    with BuildProgress(None).step("building etcd"):
        pass

    assert capsys.readouterr() == ("", "building etcd …\nbuilding etcd … 0s\n")


def test_terminal_shows_one_live_line() -> None:
    code = (
        "import time; from gpu_cluster_tools.toolchain.progress import BuildProgress\n"
        "with BuildProgress(None).step('building etcd'): time.sleep(1.2)"
    )
    terminal, child_end = pty.openpty()
    subprocess.run([sys.executable, "-c", code], stderr=child_end, check=True)
    shown = os.read(terminal, 10_000).decode()

    # Each update starts at the beginning of the line; only the result remains.
    assert "\r\033[Kbuilding etcd … 1s" in shown
    assert shown.count("\n") == 1
    assert shown.endswith("\r\033[Kbuilding etcd … 1s\r\n")


def test_progress_shows_position_and_remaining_time() -> None:
    lines: list[str] = []
    progress = BuildProgress(lines.append, lambda: ["etcd", "kube-apiserver"])

    with progress.step("building etcd v3", "etcd"):
        pass
    with progress.step("building kube-apiserver v1", "kube-apiserver"):
        pass

    assert lines[0] == "building etcd v3 … 1 of 2, about 3 min left"
    assert lines[2].startswith("building kube-apiserver v1 … 2 of 2, about ")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0s"), (59.4, "59s"), (59.6, "1m00s"), (190, "3m10s"), (3600, "60m00s")]
)
def test_elapsed_time_is_formatted(seconds: float, text: str) -> None:
    assert elapsed(seconds) == text
