"""The plans of stacks on both sides of a change."""

import os
import pickle  # of what a program wrote that we have just run
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from components.stackfile import StackFileError
from plan import Plan, plan_of
from review.revision import RevisionError

Planned = Plan | StackFileError | None
"""A plan, or what is wrong with the stack file, or None where there is none."""

_CODE = """
import pickle, sys
from pathlib import Path
from review.plans import plans
sys.stdout.buffer.write(pickle.dumps(plans(Path(), sys.argv[1:])))
"""
_LAST_LINES = 3


def plans(project: Path, stacks: Iterable[str]) -> dict[str, Planned]:
    """The plan of each stack of a project, by the code that runs."""
    return {stack: _planned(project, stack) for stack in stacks}


def plans_by_own_code(project: Path, stacks: Iterable[str]) -> Mapping[str, Planned]:
    """As `plans`, by the code in the project's folder. `RevisionError` where that code cannot say."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-P", "-c", _CODE, *stacks],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()[-_LAST_LINES:]
        raise RevisionError(f"the code of that revision cannot plan: {' '.join(words)}")
    return pickle.loads(done.stdout)  # noqa: S301


def _planned(project: Path, stack: str) -> Planned:
    if not (project / "stacks" / f"Pulumi.{stack}.yaml").is_file():
        return None
    try:
        return plan_of(project, stack)
    except StackFileError as error:
        return error
