import os
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.control_plane.host_path_volumes import blocked, volumes_in

NAME = "1a9e8272-e309-4cf4-89b7-340d851b708f"


def test_host_path_volumes_are_found_in_etcd_files(tmp_path: Path) -> None:
    (tmp_path / "member").mkdir()
    (tmp_path / "member" / "db").write_bytes(b"\x00path\x12/tmp/hostpath_pv/" + NAME.encode() + b"\x00")
    assert volumes_in(tmp_path) == [Path("/tmp/hostpath_pv") / NAME]


def test_inaccessible_host_path_folder_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert blocked(tmp_path / "missing") is None
    assert blocked(tmp_path) is None

    def denied(path: Path, mode: int) -> bool:
        return False

    monkeypatch.setattr(os, "access", denied)
    assert (blocked(tmp_path) or "").startswith(
        f"{tmp_path}, in which volumes of class host-path are created"
    )
