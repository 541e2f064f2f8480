from collections.abc import Mapping
from pathlib import Path

import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto.language_pb2 import ProgramInfo

from gpu_cluster_tools.toolchain.language_host.interpreter import OptionError, Options, options_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "stacks").mkdir()
    return tmp_path


def read(root: Path, options: Mapping[str, str], *, default_virtualenv: str = "") -> Options:
    given = Struct()
    given.update(options)
    info = ProgramInfo(root_directory=str(root), program_directory=str(root / "stacks"), options=given)
    return options_of(info, default_virtualenv=default_virtualenv)


def test_virtual_environment_is_relative_to_the_project(root: Path) -> None:
    assert read(root, {"virtualenv": ".venv"}).virtualenv == root / ".venv"
    assert read(root, {"virtualenv": "/opt/venv"}).virtualenv == Path("/opt/venv")


def test_project_without_virtual_environment_uses_python_from_path(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = executable(root / "bin" / "python3")
    monkeypatch.setenv("PATH", str(python.parent))
    monkeypatch.delenv("PULUMI_PYTHON_CMD", raising=False)

    options = read(root, {})

    assert options.toolchain == "pip"
    assert options.virtualenv is None
    assert options.python == python
    assert options.environment()["PATH"] == str(python.parent)


def test_plugin_has_a_default_virtual_environment(root: Path) -> None:
    assert read(root, {}, default_virtualenv="venv").virtualenv == root / "venv"
    assert read(root, {"virtualenv": "mine"}, default_virtualenv="venv").virtualenv == root / "mine"


@pytest.mark.parametrize("locked", [".", "stacks"])
def test_uv_is_detected_by_its_lock_file(root: Path, locked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_PROJECT_ENVIRONMENT", raising=False)
    (root / locked / "uv.lock").touch()

    options = read(root, {})

    assert options.toolchain == "uv"
    assert options.virtualenv == root / locked / ".venv"


def test_poetry_reports_its_environment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    poetry = executable(root / "bin" / "poetry", "echo /opt/poetry-environment")
    monkeypatch.setenv("PATH", f"{poetry.parent}:/usr/bin:/bin")
    (root / "poetry.lock").touch()

    assert read(root, {}).virtualenv == Path("/opt/poetry-environment")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"toolchain": "conda"}, r"runtime\.options\.toolchain: 'conda' is not one of pip, uv, poetry"),
        ({"typechecker": "mypy"}, r"runtime\.options\.typechecker needs the official"),
    ],
)
def test_unknown_option_is_an_error(root: Path, options: dict[str, str], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        read(root, options)


def test_environment_variables_activate_the_virtual_environment(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    python = executable(root / ".venv" / "bin" / "python")

    options = read(root, {"virtualenv": ".venv"})

    assert options.python == python
    environment = options.environment()
    assert environment["PATH"] == f"{root}/.venv/bin:/usr/bin"
    assert environment["VIRTUAL_ENV"] == f"{root}/.venv"
    assert "PYTHONHOME" not in environment


def executable(path: Path, text: str = "true") -> Path:
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path
