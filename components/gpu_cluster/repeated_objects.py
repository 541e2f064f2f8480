"""Objects of manifests that the platform makes too, found by a plan in a process of its own.

The engine has this process: a plan would replace its monitor.
"""

import json
import subprocess
import sys
from pathlib import Path

from gpu_cluster.stack.diagnostic import LocatedDiagnostic, StackFileError

_PLAN = "gpu_cluster.plan.separate_plan"


def refuse_repeated_objects(project: Path, name: str) -> None:
    """`StackFileError` with every object of a manifest that the platform of this stack makes too."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-P", "-m", _PLAN, str(project), name],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        stack_file = f"stacks/Pulumi.{name}.yaml"
        cause = f"could not be planned, so its manifests were not compared with the platform: {last}"
        raise StackFileError((LocatedDiagnostic(stack_file, 1, "", cause),))
    if found := json.loads(done.stdout):
        raise StackFileError(tuple(LocatedDiagnostic(**it) for it in found))
