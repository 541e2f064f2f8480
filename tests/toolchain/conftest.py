import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain import Toolchain, install

PYTHON_ENVIRONMENT = Path(sys.prefix)


@dataclass(frozen=True)
class Project:
    """A Pulumi project with one stack, `dev`, and its own state."""

    directory: Path
    toolchain: Toolchain
    environment: dict[str, str]

    def program(self, text: str) -> None:
        (self.directory / "__main__.py").write_text(textwrap.dedent(text))

    @property
    def output(self) -> Path:
        """Output so far of an engine that was started."""
        return self.directory / "output.txt"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the engine in its own process group, as a shell does."""
        with self.output.open("wb") as file:
            return subprocess.Popen(
                self.command(arguments),
                cwd=self.directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the engine to its end; stdout and stderr are combined."""
        return subprocess.run(
            self.command(arguments),
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def processes(self) -> list[str]:
        """Command lines of all descendants of this project's engines."""
        mark = f"TEST_PROJECT={self.directory}\0".encode()
        found: list[str] = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended
                if mark in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found

    def command(self, arguments: Sequence[str]) -> list[str]:
        return [str(self.toolchain.path("pulumi")), *arguments, "--non-interactive", "--color=never"]


@pytest.fixture(scope="session")
def toolchain() -> Iterator[Toolchain]:
    """Tools on a machine without an installed engine."""
    directories = os.environ["PATH"].split(os.pathsep)
    without_pulumi = [each for each in directories if not (Path(each) / "pulumi").exists()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.pathsep.join(without_pulumi))
        yield install()


@pytest.fixture
def project(tmp_path: Path, toolchain: Toolchain) -> Project:
    directory = tmp_path / "project"
    directory.mkdir()
    write_project(directory, virtualenv=PYTHON_ENVIRONMENT)
    state = tmp_path / "state"
    state.mkdir()
    environment = toolchain.environment() | {
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "test",
    }
    project = Project(directory, toolchain, environment)
    environment["TEST_PROJECT"] = str(directory)
    created = project.pulumi("stack", "init", "dev")
    assert created.returncode == 0, created.stdout
    return project


def write_project(directory: Path, *, virtualenv: Path | str) -> None:
    (directory / "Pulumi.yaml").write_text(
        f"name: tiny\nruntime:\n  name: python\n  options:\n    virtualenv: {virtualenv}\n"
    )
