"""Paths that the operating system rejects, and symlink loops."""

from pathlib import Path

import pytest

from gpu_cluster.file_path import in_home, is_file, is_folder, real_path


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    link = tmp_path / "loop"
    link.symlink_to("loop")
    return link


def test_symlink_loop_is_not_resolved(loop: Path) -> None:
    assert real_path(loop) == real_path(loop.parent) / "loop"
    assert real_path(loop / "a.yaml") == real_path(loop.parent) / "loop/a.yaml"


def test_invalid_path_is_neither_file_nor_folder(loop: Path) -> None:
    for path in (loop, loop / "a.yaml", loop.parent / ("x" * 300)):
        assert not is_file(path)
        assert not is_folder(path)


def test_home_folder_of_an_unknown_user_is_not_resolved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert in_home(Path("~/.kube/config")) == tmp_path / ".kube/config"
    assert in_home(Path("~no-such-user/.kube/config")) == Path("~no-such-user/.kube/config")
