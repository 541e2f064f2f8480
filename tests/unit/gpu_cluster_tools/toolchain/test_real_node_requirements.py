import os
import sys
from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain import real_node_requirements as requirements


def test_system_other_than_linux_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert requirements.missing_requirement() == "Linux (this is darwin)"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux")
def test_missing_root_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert requirements.missing_requirement() == "root"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux")
def test_missing_kernel_feature_is_named_with_its_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(requirements.shutil, "which", _there)
    monkeypatch.setattr(requirements, "_works", _without_veth)
    missing = requirements.missing_requirement()
    assert missing is not None
    assert missing.startswith("pairs of virtual network devices")
    assert "type veth" in missing


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux")
@pytest.mark.parametrize(
    ("groups", "missing"),
    [
        ((), "control groups, which are not mounted at {}"),
        (("memory",), "control groups that can be created; {}/memory is read-only"),
        ((".",), "control groups that can be created; {} is read-only"),
    ],
)
def test_unusable_control_groups_are_named(
    groups: tuple[str, ...], missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(requirements.shutil, "which", _there)
    monkeypatch.setattr(requirements, "_CGROUPS", tmp_path)
    for group in groups:
        (tmp_path / group).mkdir(exist_ok=True)
        (tmp_path / group / "cgroup.procs").touch()
        if group == ".":
            (tmp_path / "cgroup.controllers").touch()

    def of_a_read_only_file_system(*_: object) -> bool:
        return False

    monkeypatch.setattr(requirements.os, "access", of_a_read_only_file_system)
    assert requirements.missing_requirement() == missing.format(tmp_path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux")
def test_kernel_without_numa_nodes_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(requirements.shutil, "which", _there)
    monkeypatch.setattr(requirements, "_CGROUPS", tmp_path)
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "cgroup.procs").touch()
    monkeypatch.setattr(requirements, "_NUMA_NODES", tmp_path / "node")
    assert requirements.missing_requirement() == f"a kernel with {tmp_path}/node (CONFIG_NUMA)"


def _there(command: str) -> str:
    return f"/bin/{command}"


def _without_veth(probe: str) -> bool:
    return "veth" not in probe
