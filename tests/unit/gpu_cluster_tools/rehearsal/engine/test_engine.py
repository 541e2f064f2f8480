"""Files of the engine outside the project."""

import hashlib
import json
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.engine.engine import forget_selection, local_stacks


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "workspaces").mkdir(parents=True)
    return tmp_path / "home"


def selected(home: Path, project: Path, stack: str) -> Path:
    """File of a selected stack in the form of Pulumi v3.246; tests/rehearsal uses the real engine."""
    digest = hashlib.sha1(str(project / "Pulumi.yaml").encode(), usedforsecurity=False).hexdigest()
    file = home / "workspaces" / f"gpu-cluster-{digest}-workspace.json"
    file.write_text(json.dumps({"stack": f"organization/gpu-cluster/{stack}"}))
    return file


def test_selection_of_a_removed_stack_is_deleted(home: Path, tmp_path: Path) -> None:
    own = selected(home, tmp_path / "project", "local")
    other = selected(home, tmp_path / "another", "local")
    forget_selection(tmp_path / "project", ["local"])
    assert (own.exists(), other.exists()) == (False, True)


def test_selection_of_another_stack_is_kept(home: Path, tmp_path: Path) -> None:
    file = selected(home, tmp_path / "project", "prod")
    forget_selection(tmp_path / "project", ["local"])
    assert file.exists()
    forget_selection(tmp_path / "project")
    assert not file.exists()


def test_selection_of_a_project_behind_a_link_is_found(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "project")
    monkeypatch.setenv("PWD", str(tmp_path / "link"))
    file = selected(home, tmp_path / "link", "local")  # as `pulumi` in this shell sets it
    forget_selection(tmp_path / "project", ["local"])
    assert not file.exists()


@pytest.mark.usefixtures("home")
def test_engine_that_never_ran_has_no_selection(tmp_path: Path) -> None:
    forget_selection(tmp_path / "project", ["local"])


@pytest.mark.parametrize("content", ["", "[]", '{"stack": ', "{}"])
def test_truncated_workspace_file_selects_no_stack(home: Path, tmp_path: Path, content: str) -> None:
    file = selected(home, tmp_path / "project", "local")
    file.write_text(content)
    forget_selection(tmp_path / "project", ["local"])
    assert file.exists()


def test_state_with_invalid_utf_8_is_read(tmp_path: Path) -> None:
    folder = tmp_path / ".local/state/.pulumi/stacks/p"
    folder.mkdir(parents=True)
    (folder / "a.json").write_bytes(b"\xff\xfe")
    (folder / "b.json").write_bytes(b'{"resources": "\xff')
    assert local_stacks(tmp_path) == ["b"]
