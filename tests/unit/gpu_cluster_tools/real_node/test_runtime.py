"""Messages about programs of a real node that end."""

from pathlib import Path

import pytest

from gpu_cluster_tools.real_node.runtime import not_ready


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("inotify_init: too many open files", "fs.inotify.max_user_instances"),
        ("mkdir /var/lib/kubelet/pods: no space left on device", "free disk space"),
    ],
)
def test_a_cause_that_the_machine_has_comes_with_a_hint(line: str, hint: str, tmp_path: Path) -> None:
    log = tmp_path / "l4-0" / "logs" / "kubelet.log"
    log.parent.mkdir(parents=True)
    log.write_text(f"{line}\n" + "retrying\n" * 10)

    told = not_ready(tmp_path / "l4-0", "kubelet").splitlines()

    assert told[0] == "the real node l4-0 is not ready after 120 s; kubelet said:"
    assert [it for it in told if it.startswith("hint: ") and hint in it]


def test_other_causes_have_the_last_words_alone(tmp_path: Path) -> None:
    assert "hint" not in not_ready(tmp_path / "l4-0", "kubelet")
