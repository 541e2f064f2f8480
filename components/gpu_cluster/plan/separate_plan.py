"""`python -m gpu_cluster.plan.separate_plan NAME`: errors that only a plan finds, as JSON.

Standard input has the settings of the stack, pickled by the process that starts this one.
"""

import json
import pickle
import sys
from dataclasses import asdict

from gpu_cluster.config.stack import Stack
from gpu_cluster.plan.plan import planned
from gpu_cluster.stack.diagnostic import LocatedDiagnostic, StackFileError


def _errors(stack: Stack, name: str) -> tuple[LocatedDiagnostic, ...]:
    try:
        planned(stack, name)
    except StackFileError as error:
        return error.problems
    return ()


if __name__ == "__main__":
    given = pickle.load(sys.stdin.buffer)  # noqa: S301
    sys.stdout.write(json.dumps([asdict(it) for it in _errors(given, sys.argv[1])]))
