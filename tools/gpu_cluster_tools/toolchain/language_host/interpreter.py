"""Python interpreter of a program: `runtime.options` of its project, interpreted like the official host."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto.language_pb2 import ProgramInfo


class OptionError(ValueError):
    """The project's runtime options name something that is not there or not known."""


@dataclass(frozen=True)
class Options:
    """`runtime.options` of Pulumi.yaml, with the directories they are relative to."""

    root: Path
    program: Path
    toolchain: str  # pip, uv or poetry
    virtualenv: Path | None  # None is the Python on PATH

    @property
    def python(self) -> Path:
        """The interpreter; `OptionError` where it is missing."""
        if self.virtualenv is None:
            return _ambient_python()
        python = self.virtualenv / "bin" / "python"
        if not python.exists():
            raise OptionError(
                f"{self.virtualenv} is not a virtual environment; create it and install the program's "
                "packages there, for example with `pulumi install`, or correct runtime.options.virtualenv"
            )
        return python

    def environment(self) -> dict[str, str]:
        """The environment in which the virtual environment is active."""
        if self.virtualenv is None:
            return dict(os.environ)
        path = f"{self.virtualenv / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
        return inherited | {"PATH": path, "VIRTUAL_ENV": str(self.virtualenv)}


def options_of(info: ProgramInfo, *, default_virtualenv: str = "") -> Options:
    """Read the options of a program; `OptionError` if they are invalid."""
    given = MessageToDict(info.options)
    root, program = Path(info.root_directory), Path(info.program_directory)
    if given.get("typechecker"):
        raise OptionError(
            "runtime.options.typechecker needs the official pulumi-language-python; "
            "remove it and run the type checker by itself"
        )
    toolchain = given.get("toolchain") or _detected_toolchain(program)
    virtualenv = given.get("virtualenv", "")
    match toolchain:
        case "pip":
            chosen = virtualenv or default_virtualenv
            directory = root / chosen if chosen else None
        case "uv":
            directory = root / virtualenv if virtualenv else _uv_environment(root, program)
        case "poetry":
            directory = _poetry_environment(program)
        case _:
            raise OptionError(f"runtime.options.toolchain: {toolchain!r} is not one of pip, uv, poetry")
    return Options(root, program, toolchain, directory)


def _detected_toolchain(program: Path) -> str:
    if _nearest(program, "uv.lock"):
        return "uv"
    return "poetry" if _nearest(program, "poetry.lock") else "pip"


def _uv_environment(root: Path, program: Path) -> Path:
    project = _nearest(program, "uv.lock") or _nearest(program, "pyproject.toml") or root
    return project / os.environ.get("UV_PROJECT_ENVIRONMENT", ".venv")


def _poetry_environment(program: Path) -> Path:
    poetry = shutil.which("poetry")
    if poetry is None:
        raise OptionError("runtime.options.toolchain is poetry, but poetry is not on PATH")
    answer = subprocess.run(  # noqa: S603
        [poetry, "env", "info", "--path"], cwd=program, capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        raise OptionError(f"poetry has no environment for {program}: {answer.stderr or answer.stdout}")
    return Path(answer.stdout.strip())


def _ambient_python() -> Path:
    names = [os.environ.get("PULUMI_PYTHON_CMD", ""), "python3", "python"]
    found = next(filter(None, (shutil.which(name) for name in names if name)), None)
    if found is None:
        raise OptionError("no python3 on PATH, and runtime.options.virtualenv names none")
    return Path(found)


def _nearest(directory: Path, name: str) -> Path | None:
    """The closest directory, upwards from the given one, that holds a file of this name."""
    return next((each for each in (directory, *directory.parents) if (each / name).exists()), None)
