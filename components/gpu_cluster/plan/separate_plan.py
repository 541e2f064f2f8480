"""`python -m gpu_cluster.plan.separate_plan PROJECT STACK`: errors that only a plan finds, as JSON."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from gpu_cluster.plan.plan import plan_of
from gpu_cluster.stack.diagnostic import LocatedDiagnostic, StackFileError


def _errors(project: Path, name: str) -> tuple[LocatedDiagnostic, ...]:
    try:
        plan_of(project, name)
    except StackFileError as error:
        return error.problems
    return ()


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(it) for it in _errors(Path(sys.argv[1]), sys.argv[2])]))
