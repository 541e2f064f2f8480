from pathlib import Path

from gpu_cluster_tools.rehearsal.aws.faults import Fault, Faults
from gpu_cluster_tools.rehearsal.engine.event_log import EventLog
from gpu_cluster_tools.rehearsal.engine.retry import ATTEMPTS, retry_update
from gpu_cluster_tools.rehearsal.engine.run_pulumi import Run

URN = "urn:pulumi:dev::p::aws:eks/nodeGroup:NodeGroup::l4"
FAULTS = Faults({Fault.INSUFFICIENT_CAPACITY: 0.5}, seed=1, run=3)


def run(*errors: str) -> Run:
    log = EventLog(Path("/nowhere"))
    log.errors.extend(errors)
    return Run(log, 1 if errors else 0, Path("/dev/null"))


class Engine:
    """Fails with these errors one after the other, then succeeds."""

    def __init__(self, *errors: str) -> None:
        self.errors = list(errors)
        self.asked: list[tuple[str, ...]] = []
        self.injected: list[int] = []

    def update(self, *arguments: str) -> Run:
        self.asked.append(arguments)
        return run(self.errors.pop(0)) if self.errors else run()

    def inject(self, faults: Faults) -> None:
        self.injected.append(faults.run)


def test_successful_update_runs_once() -> None:
    engine = Engine()

    runs = retry_update(engine.update, FAULTS, engine.inject)

    assert ([each.held for each in runs], engine.injected) == ([True], [3])


def test_retry_follows_the_advice_in_errors_with_new_faults() -> None:
    engine = Engine("throttled", f"CREATE_FAILED\nTo make it anew: pulumi up --replace '{URN}'")

    runs = retry_update(engine.update, FAULTS, engine.inject)

    assert [each.held for each in runs] == [False, False, True]
    assert engine.asked == [(), (), ("--replace", URN)]
    assert engine.injected == [3, 4, 5]


def test_attempts_are_limited() -> None:
    engine = Engine(*["no capacity"] * 99)

    assert len(retry_update(engine.update, FAULTS, engine.inject)) == ATTEMPTS
