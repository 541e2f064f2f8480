"""Messages with the last lines of a program that exited."""

from pathlib import Path

import pytest

from gpu_cluster_tools.real_node.runtime import not_ready
from gpu_cluster_tools.rehearsal.control_plane.log_tail import tail


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("inotify_init: too many open files", "fs.inotify.max_user_instances"),
        ("panic: wal: preallocate: no space left on device", "free disk space"),
    ],
)
def test_known_machine_problem_adds_a_hint(line: str, hint: str, tmp_path: Path) -> None:
    log = tmp_path / "etcd.log"
    log.write_text(f"{line}\n" + "goroutine 1 [running]:\n" * 20)

    *lines, last = tail(log).splitlines()

    assert lines == ["  goroutine 1 [running]:"] * 5
    assert last.startswith("hint: ")
    assert hint in last


def test_unknown_problem_shows_only_the_last_lines(tmp_path: Path) -> None:
    (tmp_path / "etcd.log").write_text("\n".join(map(str, range(9))))
    assert tail(tmp_path / "etcd.log").splitlines() == [f"  {number}" for number in range(4, 9)]
    assert tail(tmp_path / "none.log") == "  (its log is empty)"


def test_unready_real_node_shows_the_cause_from_its_log(tmp_path: Path) -> None:
    log = tmp_path / "l4-0" / "logs" / "kubelet.log"
    log.parent.mkdir(parents=True)
    log.write_text("mkdir /var/lib/kubelet/pods: no space left on device\n")

    assert not_ready(tmp_path / "l4-0", "kubelet").splitlines() == [
        "the real node l4-0 is not ready after 120 s; kubelet said:",
        "  mkdir /var/lib/kubelet/pods: no space left on device",
        "hint: free disk space below the folder of the project",
        f"Its logs are in {log.parent}; `REAL_NODE=no make up` continues without it.",
    ]
