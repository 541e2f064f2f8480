import sys
from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain.language_host.installation import install_commands
from gpu_cluster_tools.toolchain.language_host.interpreter import OptionError, Options


def options(program: Path, toolchain: str = "pip") -> Options:
    return Options(root=program, program=program, toolchain=toolchain, virtualenv=program / "venv")


def test_pip_creates_a_missing_environment(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.touch()

    assert install_commands(options(tmp_path)) == [
        [sys.executable, "-m", "venv", str(tmp_path / "venv")],
        [str(tmp_path / "venv" / "bin" / "python"), "-m", "pip", "install", "-r", str(requirements)],
    ]


def test_pip_uses_an_existing_environment(tmp_path: Path) -> None:
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").touch()

    assert install_commands(options(tmp_path)) == []


@pytest.mark.parametrize(("toolchain", "command"), [("uv", "sync"), ("poetry", "install")])
def test_uv_and_poetry_run_their_own_install_command(
    toolchain: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / toolchain
    tool.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert install_commands(options(tmp_path, toolchain)) == [[str(tool), command]]


def test_missing_installer_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(OptionError, match="uv, which is not on PATH"):
        install_commands(options(tmp_path, "uv"))
