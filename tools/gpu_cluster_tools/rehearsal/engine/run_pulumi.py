"""A watched run of the engine."""

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gpu_cluster_tools.rehearsal.engine.engine import PulumiEngine
from gpu_cluster_tools.rehearsal.engine.engine_tmpdir import engine_tmpdir
from gpu_cluster_tools.rehearsal.engine.event_log import EventLog
from gpu_cluster_tools.termination import signals_deferred

_POLL_SECONDS = 0.25
_GRACE_SECONDS = 60  # for what the engine has begun when it is asked to end
_HURRIED_SECONDS = 5  # a command that was asked to end is killed if it takes long

Watch = Callable[[EventLog], bool]
"""Called repeatedly with the events so far; returns True to continue."""


@dataclass(frozen=True, slots=True)
class Run:
    """Result of a run."""

    log: EventLog
    code: int
    output: Path
    """Output of the engine."""

    @property
    def held(self) -> bool:
        return self.code == 0

    @property
    def errors(self) -> list[str]:
        """Errors of the run, or the last lines of its output if it reported none."""
        if self.held:
            return []
        said = [line for line in self.output.read_text(errors="replace").splitlines() if line.strip()]
        return self.log.errors or said[-5:] or [f"exit code {self.code}"]


def run_pulumi(
    engine: PulumiEngine, command: str, *arguments: str, record: Path, watch: Watch | None = None
) -> Run:
    """Run a command of the engine to its end, or until `watch` has seen enough.

    `record` is the path for its events and output, without a suffix.
    """
    log, output = EventLog(record.with_suffix(".events.jsonl")), record.with_suffix(".out")
    record.parent.mkdir(parents=True, exist_ok=True)
    log.path.unlink(missing_ok=True)
    with output.open("wb") as file, engine_tmpdir(engine.project) as tmpdir:
        process: subprocess.Popen[bytes] | None = None
        try:
            with signals_deferred():
                process = subprocess.Popen(  # noqa: S603
                    [
                        *("pulumi", command, "--stack", engine.stack, "--event-log", str(log.path)),
                        *("--non-interactive", "--color", "never", "--skip-plugin-pre-install", *arguments),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=file,
                    start_new_session=True,  # Ctrl-C is ours to pass on
                    cwd=engine.project,
                    env=engine.environment_in(tmpdir) | {"PULUMI_DEBUG_COMMANDS": "true"},  # for --event-log
                    pass_fds=tmpdir.locks,
                )
            _watch(process, log, watch)
        except BaseException:
            if process:
                _end(process, _HURRIED_SECONDS)
            raise
        _end(process, _GRACE_SECONDS)
    log.read()
    return Run(log, process.returncode, output)


def _watch(process: subprocess.Popen[bytes], log: EventLog, watch: Watch | None) -> None:
    while process.poll() is None:
        time.sleep(_POLL_SECONDS)
        log.read()
        if watch and not watch(log):
            return


def _end(process: subprocess.Popen[bytes], grace_seconds: float) -> None:
    """One interrupt lets the engine finish its started operations."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(grace_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
