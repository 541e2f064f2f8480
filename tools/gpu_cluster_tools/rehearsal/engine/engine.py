"""The Pulumi engine, run on one stack of this project."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_cluster_tools.rehearsal.engine.engine_tmpdir import TMPDIR, EngineTmpdir, engine_tmpdir
from gpu_cluster_tools.rehearsal.errors import NotDeployedError, RehearsalError
from gpu_cluster_tools.termination import Interruption, TerminatedError
from gpu_cluster_tools.toolchain.engine import pulumi_home

_NO_BACKEND = (
    "No state backend is configured: export PULUMI_BACKEND_URL (file:///srv/state, s3://…)\n"
    "and PULUMI_CONFIG_PASSPHRASE, or PULUMI_ACCESS_TOKEN for Pulumi's own service."
)


RUN_BY = "GPU_CLUSTER_PROCESS"
"""Variable of an engine with the process that started it."""


@dataclass(frozen=True)
class PulumiEngine:
    """Runs `pulumi` for one stack.

    PulumiEngine(project, "local", toolchain.environment() | local_state(project)).run("up", "--yes")
    """

    project: Path
    stack: str
    environment: Mapping[str, str]

    def select(self, *, create: bool = True) -> None:
        """Select the stack, or create it. `NotDeployedError` if it does not exist and `create` is False."""
        creating = ("--create",) if create else ()
        self.output("stack", "select", *creating, "--stack", self.stack, "--non-interactive")

    def run(self, command: str, *arguments: str) -> None:
        """Run a command on the stack and show its output. `RehearsalError` if it fails."""
        with engine_tmpdir(self.project) as tmpdir:
            process = subprocess.Popen(  # noqa: S603
                ["pulumi", command, "--stack", self.stack, *arguments],  # noqa: S607
                cwd=self.project,
                env=self.environment_in(tmpdir),
                pass_fds=tmpdir.locks,
            )
            code = _wait(process)
        if code:
            raise RehearsalError(f"pulumi {command} failed with exit code {code}; see the output above")

    def output(self, *arguments: str) -> str:
        """Output of a command. `RehearsalError` with its error message if it fails."""
        with engine_tmpdir(self.project) as tmpdir:
            done = subprocess.run(  # noqa: S603
                ["pulumi", *arguments],  # noqa: S607
                cwd=self.project,
                env=self.environment_in(tmpdir),
                pass_fds=tmpdir.locks,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            words = done.stderr.strip() or done.stdout.strip()
            if f"no stack named '{self.stack}' found" in words:
                raise NotDeployedError(f"{self.stack} is not deployed: the state backend has no such stack")
            advice = f"\n{_NO_BACKEND}" if "PULUMI_ACCESS_TOKEN must be set" in words else ""
            raise RehearsalError(f"pulumi {' '.join(arguments)}: {words}{advice}")
        return done.stdout

    def environment_in(self, tmpdir: EngineTmpdir) -> dict[str, str]:
        """Environment of a run with its folder for temporary files."""
        own = {RUN_BY: str(os.getpid()), TMPDIR: str(tmpdir.path)}
        return {**self.environment, **own, "PWD": str(self.project)}  # by which the engine knows the project

    def state(self) -> dict[str, Any]:
        """Deployment of the stack in the engine's state, as `pulumi stack export` writes it."""
        return json.loads(self.output("stack", "export", "--stack", self.stack))["deployment"]


def local_state(project: Path) -> dict[str, str]:
    """Engine settings that keep the state of provider `local` in the checkout, without any account.

    The passphrase is published with stacks/Pulumi.local.yaml: a simulated platform has no secrets.
    """
    state = _state(project)
    state.mkdir(parents=True, exist_ok=True)
    return {"PULUMI_BACKEND_URL": state.as_uri(), "PULUMI_CONFIG_PASSPHRASE": "local"}


def local_stacks(project: Path) -> list[str]:
    """Stacks with resources in the state of the checkout."""
    kept = (_state(project) / ".pulumi" / "stacks").glob("*/*.json")
    return sorted(file.stem for file in kept if b'"resources"' in file.read_bytes())


def forget_local_state(project: Path) -> None:
    """Delete the engine's state of the local stacks, whose objects were deleted with their control plane."""
    shutil.rmtree(_state(project), ignore_errors=True)


def forget_history(project: Path) -> None:
    """Delete the engine's history and backups of earlier states."""
    for kept in ("backups", "history"):
        shutil.rmtree(_state(project) / ".pulumi" / kept, ignore_errors=True)


def forget_selection(project: Path, stacks: Collection[str] | None = None) -> None:
    """Delete the engine's file about the selected stack of a project, if it is one of these; default: any.

    The engine has it in the home folder, under the SHA-1 digest of the path of Pulumi.yaml.
    """
    names = {project, project.resolve(), Path(os.environ.get("PWD", project))}
    digests = {
        hashlib.sha1(os.fsencode(it / "Pulumi.yaml"), usedforsecurity=False).hexdigest() for it in names
    }
    for digest in digests:
        for file in (pulumi_home() / "workspaces").glob(f"*-{digest}-workspace.json"):
            if stacks is None or _selected(file) in stacks:
                file.unlink(missing_ok=True)


def _selected(file: Path) -> str | None:
    """The stack in a file of the engine about its selection; None if the file has none."""
    try:
        found: Any = json.loads(file.read_text())
        return str(found["stack"]).rpartition("/")[2]
    except (ValueError, KeyError, TypeError):
        return None


def _state(project: Path) -> Path:
    return project / ".local" / "state"


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Exit code. On interruption, wait until the engine has finished its operations, then raise it again.

    The terminal sends Ctrl-C to the engine too.
    """
    interruption: BaseException | None = None
    while True:
        try:
            code = process.wait()
        except Interruption as error:
            interruption = interruption or error
            if isinstance(error, TerminatedError):
                process.send_signal(signal.SIGINT)
            continue
        if isinstance(interruption, TerminatedError) or (interruption and code):
            raise interruption
        return code
