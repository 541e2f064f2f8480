"""Fuzzing of small stacks on AWS with faults and edits.

Each case must converge after retries, or stop with an actionable error. No case may lose track of created
resources or store a secret in plaintext.

Nine cases of ten run the core, a program with the resources that fail first, which takes seconds; the tenth
runs the whole platform.
"""

import json
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from gpu_cluster_tools.rehearsal.aws.faults import Fault, Faults
from gpu_cluster_tools.rehearsal.cluster_state.leftovers import leftovers_in_cluster, settled_objects
from gpu_cluster_tools.rehearsal.copy_project import copy_project
from gpu_cluster_tools.rehearsal.engine.engine import PulumiEngine
from gpu_cluster_tools.rehearsal.engine.retry import retry_update
from gpu_cluster_tools.rehearsal.engine.run_pulumi import Run, run_pulumi
from gpu_cluster_tools.rehearsal.engine.warm_host import warm
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from gpu_cluster_tools.rehearsal.sandbox import Sandbox
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from gpu_cluster_tools.rehearsal.small_stack import small_stack
from gpu_cluster_tools.rehearsal.stack_edits import changes_of
from gpu_cluster_tools.toolchain import Toolchain

_STACK = "campaign"
_CORE = Path(__file__).parent / "core" / "__main__.py"
_WHOLE = 10
"""One case in this many runs the whole platform."""
_RUNNER = "pulumi-language-python-exec"
_RATES = (0.05, 0.2, 0.5, 0.9)
_MOST_FAULTS = 3
_MOST_EDITS = 2
_WIDTH = 200
_NOT_ACTIONABLE = ("Traceback", "panic:", "Exception calling application", "unexpected EOF")
"""Text of errors that a user cannot act on."""

_NO_FAULTS = Faults()


@dataclass
class Case:
    """Result of one seed."""

    seed: int
    faults: dict[str, float]
    steps: list[str] = field(default_factory=list[str])
    """Steps, with the number of attempts."""

    stopped: str = ""
    """Error that stopped the case; empty if it converged."""

    wrong: list[str] = field(default_factory=list[str])
    """Violated invariants."""


class Fuzzer:
    """Fuzz cases by seed, saved to a file as they end; an interrupted run resumes where it stopped.

    for case in Fuzzer(project, install(), file).run(range(200)):
        print(case)
    """

    def __init__(self, project: Path, toolchain: Toolchain, file: Path) -> None:
        """`project`: its program is run. `file`: JSON lines, one for each finished case."""
        self._project = project
        self._toolchain = toolchain
        self._file = file

    def done(self) -> list[Case]:
        """Cases of this run and of earlier ones."""
        if not self._file.exists():
            return []
        try:
            return [Case(**json.loads(line)) for line in self._file.read_text().splitlines()]
        except (ValueError, TypeError):
            raise RehearsalError(
                f"{self._file} has results that cannot be read, of another version or after a full disk.\n"
                "hint: discard them with --again"
            ) from None

    def run(self, seeds: Iterable[int]) -> Iterator[Case]:
        """Run the cases of all seeds that have no result yet."""
        known = {case.seed for case in self.done()}
        left = [seed for seed in seeds if seed not in known]
        for whole in (False, True):
            chosen = [seed for seed in left if (seed % _WHOLE == _WHOLE - 1) is whole]
            if chosen:
                yield from self._run(chosen, whole=whole)

    def _run(self, seeds: list[int], *, whole: bool) -> Iterator[Case]:
        with self._sandbox(whole=whole) as (stack_file, sandbox, engine):
            before = settled_objects(sandbox.api) if whole else set[str]()
            for seed in seeds:
                run = _CaseRun(sandbox, engine, seed)
                case = run.case
                stack_file.write_text(run.stack)
                try:
                    with simulated_controllers(sandbox) if whole else nullcontext():
                        run.run()
                        case.wrong += _left_in(sandbox, before) if whole else []
                except RehearsalError as error:  # of a controller
                    case.wrong.append(str(error))
                self._file.parent.mkdir(parents=True, exist_ok=True)
                with self._file.open("a") as file:
                    file.write(json.dumps(asdict(case)) + "\n")
                yield case

    @contextmanager
    def _sandbox(self, *, whole: bool) -> Generator[tuple[Path, Sandbox, PulumiEngine]]:
        """A stack file, a sandbox for it and its engine: one account and control plane for all cases."""
        with TemporaryDirectory(prefix="campaign-") as folder:
            any_stack = small_stack(Random(0))  # noqa: S311
            project = copy_project(self._project, Path(folder) / "project", {_STACK: any_stack})
            sandbox = Sandbox(project, _STACK, self._toolchain)
            try:
                sandbox.open(cluster=whole)
                if not whole:
                    shutil.copy(_CORE, sandbox.folder / "stacks")
                runner, output = self._toolchain.path(_RUNNER), sandbox.folder / "programs.out"
                with warm(sandbox.engine, runner, output) as engine:
                    yield project / "stacks" / f"Pulumi.{_STACK}.yaml", sandbox, engine
            finally:
                sandbox.remove()


def summary(cases: list[Case]) -> str:
    """Summary: number of converged cases, of stopped ones with reasons, and all violations."""
    stopped = [case for case in cases if case.stopped]
    wrong = [f"seed {case.seed}: {words}" for case in cases for words in case.wrong]
    lines = [
        f"{len(cases)} cases: {len(cases) - len(stopped)} converged, "
        f"{len(stopped)} stopped with an actionable error, {len(wrong)} violations",
        *(f"  seed {case.seed} stopped: {' '.join(case.stopped.split())[:_WIDTH]}" for case in stopped),
        *(f"  WRONG {words}" for words in wrong),
    ]
    return "\n".join(lines)


def by_fault(cases: list[Case]) -> str:
    """One line for each fault: number of cases with it, and their results."""
    met = {name: [case for case in cases if name in case.faults] for name in sorted(Fault)}
    return "\n".join(
        f"  {name:<22} {len(cases):>3} cases: "
        + ", ".join(f"{sum(map(ended, cases))} {words}" for words, ended in _ENDS.items())
        for name, cases in met.items()
    )


class _CaseRun:
    """Run of one case in a sandbox."""

    def __init__(self, sandbox: Sandbox, engine: PulumiEngine, seed: int) -> None:
        self._sandbox = sandbox
        self._engine = engine
        self._random = Random(seed)  # noqa: S311
        chosen = self._random.sample(list(Fault), self._random.randint(1, _MOST_FAULTS))
        self._faults = Faults({fault: self._random.choice(_RATES) for fault in chosen}, seed)
        self._retained: set[tuple[str, str]] = set()
        self.stack = small_stack(self._random)
        self.case = Case(seed, {str(fault): rate for fault, rate in self._faults.rates.items()})

    def run(self) -> None:
        self._sandbox.restock()
        self._step("up", "up")
        for _ in range(self._random.randint(1, _MOST_EDITS)):
            if not self.case.stopped:
                self._edit()
        self._faults = replace(self._faults, rates={})  # a stopped case is cleaned up without faults
        self.case.stopped, stopped = "", self.case.stopped
        self._retained = self._sandbox.retained()
        self._step("destroy", "destroy")
        self.case.wrong += [f"cannot be destroyed: {self.case.stopped}"] if self.case.stopped else []
        left = set(self._sandbox.account.leftovers()) - self._retained
        self.case.wrong += [f"left in the account: {type} {id}" for type, id in sorted(left)]
        self.case.stopped = stopped

    def _edit(self) -> None:
        """Make a change that the stack file allows."""
        changes = changes_of(self._sandbox.stack)
        self._random.shuffle(changes)
        change = next(each for each in changes if self._sandbox.stack_file.put(each.keys, each.value))
        self._step(str(change), "up")

    def _step(self, words: str, command: str) -> None:
        def update(*arguments: str) -> Run:
            record = self._sandbox.folder / "runs" / f"{self.case.seed}-{len(self.case.steps)}-{command}"
            return run_pulumi(self._engine, command, "--yes", "--skip-preview", *arguments, record=record)

        runs = retry_update(update, self._faults, self._sandbox.account.inject)
        self._sandbox.account.inject(_NO_FAULTS)
        self._faults = replace(self._faults, run=self._faults.run + len(runs))
        self.case.steps.append(f"{words}: {len(runs)} attempts")
        for run in runs:
            self.case.wrong += [f"{words}: {error}" for error in run.errors if _is_not_actionable(error)]
        if not runs[-1].held:
            self.case.stopped = "\n".join(runs[-1].errors)
        self.case.wrong += [f"{words}: {problem}" for problem in self._problems()]

    def _problems(self) -> list[str]:
        """Resources of the account that the state lacks, and secrets that the state has in plaintext."""
        known = self._retained | {(each["type"], each.get("id", "")) for each in self._sandbox.resources()}
        lost = [f"lost {type} {id}" for type, id in self._sandbox.account.made() if (type, id) not in known]
        return [*lost, *self._sandbox.clear_secrets()]


def _left_in(sandbox: Sandbox, before: set[str]) -> list[str]:
    """Objects in the cluster created since the first case."""
    nodes = [f"nodes/{node['metadata']['name']}" for node in sandbox.api.items("/api/v1/nodes")]
    objects, _ = leftovers_in_cluster(sandbox.api, before)
    return [f"left in the cluster: {name}" for name in (*nodes, *objects)]


def _is_not_actionable(error: str) -> bool:
    return any(words in error for words in _NOT_ACTIONABLE)


_ENDS: dict[str, Callable[[Case], bool]] = {
    "converged": lambda case: not case.stopped,
    "stopped": lambda case: bool(case.stopped),
    "wrong": lambda case: bool(case.wrong),
}

Tell = Callable[[str], None]


def show(cases: Iterable[Case], tell: Tell) -> None:
    """Print a line for each case as it ends."""
    for case in cases:
        result = "WRONG" if case.wrong else "stopped" if case.stopped else "converged"
        faults = ", ".join(f"{name} {rate}" for name, rate in case.faults.items())
        tell(f"seed {case.seed:>4}  {result:<9}  {faults}; {'; '.join(case.steps)}")
