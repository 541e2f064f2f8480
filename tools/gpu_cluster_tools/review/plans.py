"""The plans of stacks on both sides of a change."""

import os
import pickle  # of what a program wrote that we have just run
import subprocess
import sys
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_cluster.plan import Environments, Graph, Plan, Registered, plan_of
from gpu_cluster.stack import StackFileError, load_any
from gpu_cluster_tools.review.affected_stacks import file_of
from gpu_cluster_tools.review.installed_version import python_with_requirements
from gpu_cluster_tools.review.revision import RevisionError


@dataclass(frozen=True, slots=True)
class Outdated:
    """A plan by other code, of a stack file that the code that runs does not read any more."""

    graph: Graph


PlannedNow = Plan | StackFileError | None
"""A plan, or the errors of the stack file, or None without a file."""

Planned = PlannedNow | Outdated
"""Plan by the running code or by other code."""

_CODE = """
import pickle, sys
from pathlib import Path
from gpu_cluster.stack import StackFileError
from gpu_cluster.plan import plan_of

def said(stack):
    if not Path(f"stacks/Pulumi.{stack}.yaml").is_file():
        return None
    try:
        plan = plan_of(Path(), stack)
    except StackFileError as error:
        return error
    return plan.graph, plan.outputs

sys.stdout.buffer.write(pickle.dumps({stack: said(stack) for stack in sys.argv[1:]}))
"""
_Said = tuple[Graph, dict[str, Any]] | StackFileError | None
_LAST_LINES = 3
_ROOTS = ("components", "policies", "tools")
_LIBRARY = "components/gpu_cluster"


def resources_of(planned: Planned) -> Sequence[Registered]:
    """Resources of a plan; empty without a plan."""
    return planned.graph.resources if isinstance(planned, Plan | Outdated) else ()


def plans(project: Path, stacks: Iterable[str]) -> Mapping[str, PlannedNow]:
    """The plan of each stack of a project by the code that runs, of an environment once for all its teams."""
    environments: Environments = {}
    return {stack: _planned(project, stack, environments) for stack in stacks}


def plans_by_own_code(project: Path, stacks: Iterable[str]) -> Mapping[str, Planned]:
    """Plans by the code in the project's folder, or by the version that its requirements.txt names.

    That code creates the resources; the running code reads the settings. `RevisionError` if it cannot plan.
    """
    with _code_of(project) as (python, path):
        done = subprocess.run(  # noqa: S603
            [str(python), "-P", "-c", _CODE, *stacks],
            cwd=project,
            env=os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=False,
        )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()[-_LAST_LINES:]
        raise RevisionError(f"the code of that revision cannot plan: {' '.join(words)}")
    try:
        said: dict[str, _Said] = pickle.loads(done.stdout)  # noqa: S301
    except (AttributeError, ImportError) as error:
        raise RevisionError(f"the plans of that revision are not compatible: {error}") from None
    return {stack: _as_read_now(project, stack, it) for stack, it in said.items()}


@contextmanager
def _code_of(project: Path) -> Generator[tuple[Path, str]]:
    """Python, and the path of modules, of the code of a revision."""
    if not (project / "components").is_dir():
        with python_with_requirements(project) as python:
            yield python, ""
        return
    # Without its own library a revision would be planned by the one that is installed.
    if not (project / _LIBRARY / "__init__.py").is_file():
        raise RevisionError(f"the code of that revision cannot plan: folder {_LIBRARY} is missing")
    yield Path(sys.executable), os.pathsep.join(str(project / it) for it in _ROOTS)


def _as_read_now(project: Path, stack: str, said: _Said) -> Planned:
    if not isinstance(said, tuple):
        return said
    graph, outputs = said
    try:
        return Plan.of(stack, load_any(file_of(project, stack)), graph, outputs)
    except StackFileError:
        return Outdated(graph)


def _planned(project: Path, stack: str, environments: Environments) -> PlannedNow:
    if not file_of(project, stack).is_file():
        return None
    try:
        return plan_of(project, stack, environments)
    except StackFileError as error:
        return error
