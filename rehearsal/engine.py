"""The Pulumi engine, run on one stack of this project."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal.errors import RehearsalError


@dataclass(frozen=True)
class Engine:
    """Runs `pulumi` for one stack.

    Engine(project, "local", toolchain.environment() | local_state(project)).run("up", "--yes")
    """

    project: Path
    stack: str
    environment: Mapping[str, str]

    def select(self) -> None:
        """Make the stack where it does not exist yet."""
        self.output("stack", "select", "--create", "--stack", self.stack, "--non-interactive")

    def run(self, command: str, *arguments: str) -> None:
        """Run a command on the stack, shown as it runs. `RehearsalError` where it fails."""
        process = subprocess.Popen(  # noqa: S603
            ["pulumi", command, "--stack", self.stack, *arguments],  # noqa: S607
            cwd=self.project,
            env=self.environment,
        )
        code = _wait(process)
        if code:
            raise RehearsalError(f"pulumi {command} ended with exit code {code}; what it found is above")

    def output(self, *arguments: str) -> str:
        """What a command prints. `RehearsalError` with its words where it fails."""
        done = subprocess.run(  # noqa: S603
            ["pulumi", *arguments],  # noqa: S607
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RehearsalError(
                f"pulumi {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}"
            )
        return done.stdout


def local_state(project: Path) -> dict[str, str]:
    """Engine settings that keep the state of provider `local` in the checkout, without any account.

    The passphrase is published with stacks/Pulumi.local.yaml: a simulated platform has no secrets.
    """
    state = _state(project)
    state.mkdir(parents=True, exist_ok=True)
    return {"PULUMI_BACKEND_URL": state.as_uri(), "PULUMI_CONFIG_PASSPHRASE": "local"}


def forget_local_state(project: Path) -> None:
    """Drop what the engine knows of the local stacks, whose objects went with their control plane."""
    shutil.rmtree(_state(project), ignore_errors=True)


def _state(project: Path) -> Path:
    return project / ".local" / "state"


def _wait(process: subprocess.Popen[bytes]) -> int:
    """The exit code. Ctrl-C reaches the engine too: it finishes what it has begun, and so do we."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
