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
from gpu_cluster_tools.rehearsal.copy_project import copy_project
from gpu_cluster_tools.rehearsal.engine import PulumiEngine
from gpu_cluster_tools.rehearsal.leftovers import leftovers_in_cluster, settled_objects
from gpu_cluster_tools.rehearsal.retry import retry_update
from gpu_cluster_tools.rehearsal.run_pulumi import Run, run_pulumi
from gpu_cluster_tools.rehearsal.sandbox import Sandbox
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from gpu_cluster_tools.rehearsal.small_stack import small_stack
from gpu_cluster_tools.rehearsal.stack_edits import changes_of
from gpu_cluster_tools.rehearsal.warm_host import warm
from gpu_cluster_tools.toolchain import Toolchain

_STACK = "campaign"
_CORE = Path(__file__).parent / "core" / "__main__.py"
_WHOLE = 10
"""Every which life is of the whole platform."""
_RUNNER = "pulumi-language-python-exec"
_RATES = (0.05, 0.2, 0.5, 0.9)
_MOST_FAULTS = 3
_MOST_EDITS = 2
_WIDTH = 200
_OF_NO_USE = ("Traceback", "panic:", "Exception calling application", "unexpected EOF")
"""Words of an error that no person can act on."""

_CALM = Faults()


@dataclass
class Case:
    """Result of one seed."""

    seed: int
    faults: dict[str, float]
    steps: list[str] = field(default_factory=list[str])
    """Steps, with the number of attempts."""

    stopped: str = ""
    """The error with which it stopped; empty where it converged."""

    wrong: list[str] = field(default_factory=list[str])
    """Violated invariants."""


class Fuzzer:
    """Fuzz cases by seed, saved to a file as they end; an interrupted run resumes where it stopped.

    for life in Fuzzer(project, install(), file).run(range(200)):
        print(life)
    """

    def __init__(self, project: Path, toolchain: Toolchain, file: Path) -> None:
        """`project`: the one whose program is run. `file`: JSON lines, one for each seed that is done."""
        self._project = project
        self._toolchain = toolchain
        self._file = file

    def done(self) -> list[Case]:
        if not self._file.exists():
            return []
        return [Case(**json.loads(line)) for line in self._file.read_text().splitlines()]

    def run(self, seeds: Iterable[int]) -> Iterator[Case]:
        """The lives of those seeds that have none yet."""
        known = {life.seed for life in self.done()}
        left = [seed for seed in seeds if seed not in known]
        for whole in (False, True):
            chosen = [seed for seed in left if (seed % _WHOLE == _WHOLE - 1) is whole]
            if chosen:
                yield from self._run(chosen, whole=whole)

    def _run(self, seeds: list[int], *, whole: bool) -> Iterator[Case]:
        with self._place(whole=whole) as (stack_file, sandbox, engine):
            before = settled_objects(sandbox.api) if whole else set[str]()
            for seed in seeds:
                living = _Living(sandbox, engine, seed)
                stack_file.write_text(living.stack)
                with simulated_controllers(sandbox) if whole else nullcontext():  # its errors end this case
                    life = living.live()
                    life.wrong += _left_in(sandbox, before) if whole else []
                self._file.parent.mkdir(parents=True, exist_ok=True)
                with self._file.open("a") as file:
                    file.write(json.dumps(asdict(life)) + "\n")
                yield life

    @contextmanager
    def _place(self, *, whole: bool) -> Generator[tuple[Path, Sandbox, PulumiEngine]]:
        """A stack file, a sandbox for it and its engine: one account and control plane for all lives."""
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


def summary(lives: list[Case]) -> str:
    """Summary: number of converged cases, of stopped ones with reasons, and all violations."""
    stopped = [life for life in lives if life.stopped]
    wrong = [f"seed {life.seed}: {words}" for life in lives for words in life.wrong]
    lines = [
        f"{len(lives)} lives: {len(lives) - len(stopped)} converged, "
        f"{len(stopped)} stopped with an error to act on, {len(wrong)} things that must not be",
        *(f"  seed {life.seed} stopped: {' '.join(life.stopped.split())[:_WIDTH]}" for life in stopped),
        *(f"  WRONG {words}" for words in wrong),
    ]
    return "\n".join(lines)


def by_fault(lives: list[Case]) -> str:
    """A line for each fault: how many lives met it, and how they ended."""
    met = {name: [life for life in lives if name in life.faults] for name in sorted(Fault)}
    return "\n".join(
        f"  {name:<22} {len(those):>3} lives: "
        + ", ".join(f"{sum(map(ended, those))} {words}" for words, ended in _ENDS.items())
        for name, those in met.items()
    )


class _Living:
    """The life of one seed in a sandbox."""

    def __init__(self, sandbox: Sandbox, engine: PulumiEngine, seed: int) -> None:
        self._sandbox = sandbox
        self._engine = engine
        self._random = Random(seed)  # noqa: S311
        chosen = self._random.sample(list(Fault), self._random.randint(1, _MOST_FAULTS))
        self._faults = Faults({fault: self._random.choice(_RATES) for fault in chosen}, seed)
        self._retained: set[tuple[str, str]] = set()
        self.stack = small_stack(self._random)
        self.life = Case(seed, {str(fault): rate for fault, rate in self._faults.rates.items()})

    def live(self) -> Case:
        self._sandbox.restock()
        self._step("up", "up")
        for _ in range(self._random.randint(1, _MOST_EDITS)):
            if not self.life.stopped:
                self._edit()
        self._faults = replace(self._faults, rates={})  # a stopped case is cleaned up without faults
        self.life.stopped, stopped = "", self.life.stopped
        self._retained = self._sandbox.retained()
        self._step("destroy", "destroy")
        self.life.wrong += [f"cannot be destroyed: {self.life.stopped}"] if self.life.stopped else []
        left = set(self._sandbox.account.leftovers()) - self._retained
        self.life.wrong += [f"left in the account: {type} {id}" for type, id in sorted(left)]
        self.life.stopped = stopped
        return self.life

    def _edit(self) -> None:
        """A change that the stack file allows."""
        changes = changes_of(self._sandbox.stack)
        self._random.shuffle(changes)
        change = next(each for each in changes if self._sandbox.stack_file.put(each.keys, each.value))
        self._step(str(change), "up")

    def _step(self, words: str, command: str) -> None:
        def update(*arguments: str) -> Run:
            record = self._sandbox.folder / "runs" / f"{self.life.seed}-{len(self.life.steps)}-{command}"
            return run_pulumi(self._engine, command, "--yes", "--skip-preview", *arguments, record=record)

        runs = retry_update(update, self._faults, self._sandbox.account.inject)
        self._sandbox.account.inject(_CALM)
        self._faults = replace(self._faults, run=self._faults.run + len(runs))
        self.life.steps.append(f"{words}: {len(runs)} attempts")
        for run in runs:
            self.life.wrong += [f"{words}: {error}" for error in run.errors if _is_of_no_use(error)]
        if not runs[-1].held:
            self.life.stopped = "\n".join(runs[-1].errors)
        self.life.wrong += [f"{words}: {problem}" for problem in self._problems()]

    def _problems(self) -> list[str]:
        """Resources of the account that the state lacks, and secrets that it has in plain text."""
        known = self._retained | {(each["type"], each.get("id", "")) for each in self._sandbox.resources()}
        lost = [f"lost {type} {id}" for type, id in self._sandbox.account.made() if (type, id) not in known]
        return [*lost, *self._sandbox.clear_secrets()]


def _left_in(sandbox: Sandbox, before: set[str]) -> list[str]:
    """Objects in the cluster created since the first case."""
    nodes = [f"nodes/{node['metadata']['name']}" for node in sandbox.api.items("/api/v1/nodes")]
    objects, _ = leftovers_in_cluster(sandbox.api, before)
    return [f"left in the cluster: {name}" for name in (*nodes, *objects)]


def _is_of_no_use(error: str) -> bool:
    return any(words in error for words in _OF_NO_USE)


_ENDS: dict[str, Callable[[Case], bool]] = {
    "converged": lambda life: not life.stopped,
    "stopped": lambda life: bool(life.stopped),
    "wrong": lambda life: bool(life.wrong),
}

Tell = Callable[[str], None]


def show(lives: Iterable[Case], tell: Tell) -> None:
    """A line for each as it ends."""
    for life in lives:
        came = "WRONG" if life.wrong else "stopped" if life.stopped else "converged"
        faults = ", ".join(f"{name} {rate}" for name, rate in life.faults.items())
        tell(f"seed {life.seed:>4}  {came:<9}  {faults}; {'; '.join(life.steps)}")
