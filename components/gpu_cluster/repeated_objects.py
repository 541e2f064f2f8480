"""Objects of manifests that the platform makes too, found by a plan in a process of its own.

The engine has this process: a plan would replace its monitor.
"""

import json
import pickle
import subprocess
import sys

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import LocatedDiagnostic, StackFileError

_COMPARED: list[Stack] = []
_PLAN = "gpu_cluster.plan.separate_plan"


def refuse_repeated_objects(stack: Stack) -> None:
    """`pulumi.RunError` with every object of a manifest that the platform of this stack makes too.

    Nothing without an engine, because a plan compares its own graph, and for settings compared before.
    """
    if not stack.extras.manifests or isinstance(get_monitor(), MockMonitor):
        return
    if any(it is stack for it in _COMPARED):
        return
    _COMPARED.append(stack)
    if found := _repeated(stack, pulumi.get_stack()):
        raise pulumi.RunError(str(StackFileError(found)))


def _repeated(stack: Stack, name: str) -> tuple[LocatedDiagnostic, ...]:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-P", "-m", _PLAN, name],
        input=pickle.dumps(stack),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.decode(errors="replace").strip().splitlines() or ["no message"])[-1]
        cause = f"could not be planned, so its manifests were not compared with the platform: {last}"
        return (LocatedDiagnostic(f"stacks/Pulumi.{name}.yaml", 1, "", cause),)
    return tuple(LocatedDiagnostic(**it) for it in json.loads(done.stdout))
