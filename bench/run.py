"""One measurement: a stack brought up, previewed without a change and destroyed by the real engine."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gpu_cluster.capacity import pools_of
from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal import (
    KubernetesClient,
    LocalControlPlane,
    PulumiEngine,
    copy_project,
    local_state,
    reconcile,
)
from gpu_cluster_tools.toolchain import Toolchain

STACK = "bench"
_QUIET = ("--yes", "--suppress-outputs", "--suppress-progress", "--color", "never", "--non-interactive")


@dataclass(frozen=True)
class Times:
    """Wall time of each command in seconds, the median of the runs."""

    up: float
    preview: float
    destroy: float

    def over(self, floor: "Times") -> tuple[float, float, float]:
        """Each as a ratio to the same command of another measurement."""
        return self.up / floor.up, self.preview / floor.preview, self.destroy / floor.destroy


def empty_program(project: Path, folder: Path, toolchain: Toolchain, runs: int) -> Times:
    """The floor: the same engine, state and language host on a program that does nothing."""
    copy_project(project, folder, {STACK: "{}\n"})
    (folder / "stacks" / "__main__.py").write_text("")
    return _median(_engine(folder, toolchain), runs)


def platform(project: Path, folder: Path, toolchain: Toolchain, stack: str, runs: int) -> Times:
    """A stack file's platform on a control plane and simulated nodes of its own."""
    copy_project(project, folder, {STACK: stack})
    pools = pools_of(load(folder / "stacks" / f"Pulumi.{STACK}.yaml"))
    control_plane = LocalControlPlane(folder / ".local", toolchain)
    control_plane.start()
    try:
        reconcile(KubernetesClient(control_plane.kubeconfig), pools)
        return _median(_engine(folder, toolchain), runs)
    finally:
        control_plane.remove()


def _engine(folder: Path, toolchain: Toolchain) -> PulumiEngine:
    engine = PulumiEngine(folder, STACK, toolchain.environment() | local_state(folder))
    engine.select()
    return engine


def _median(engine: PulumiEngine, runs: int) -> Times:
    times = [_once(engine) for _ in range(runs)]
    return Times(
        up=statistics.median(run.up for run in times),
        preview=statistics.median(run.preview for run in times),
        destroy=statistics.median(run.destroy for run in times),
    )


def _once(engine: PulumiEngine) -> Times:
    return Times(
        up=_seconds(lambda: engine.output("up", "--stack", STACK, "--skip-preview", *_QUIET)),
        preview=_seconds(
            lambda: engine.output("preview", "--stack", STACK, "--expect-no-changes", *_QUIET[1:])
        ),
        destroy=_seconds(lambda: engine.output("destroy", "--stack", STACK, "--skip-preview", *_QUIET)),
    )


def _seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun
