"""Plan and check without an engine: processor time, as ratios to importing the same SDK modules."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.stacks import with_models, with_pools, with_teams
from bench.terraform import NoTerraformError, configured, planned

_COUNTS = (1, 10, 100)
_STACK = "prod"

_PLAN = """
import json, sys, time
from pathlib import Path
from gpu_cluster.plan import plan_of
found = plan_of(Path(sys.argv[1]), sys.argv[2])
planned = time.process_time()
"""
_MODULES = _PLAN + 'print(json.dumps([name for name in sys.modules if name.startswith("pulumi")]))'
_IMPORT = """
import importlib, json, sys, time
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(time.process_time())
"""
_AGAIN = (
    _PLAN
    + """
plan_of(Path(sys.argv[1]), sys.argv[2])
print(time.process_time() - planned)
"""
)
_CHECK = (
    _PLAN
    + """
from gpu_cluster_policies.evaluate import evaluate_plan
begun = time.process_time()
evaluate_plan(found, Path(sys.argv[1]))
print(json.dumps([planned, time.process_time() - begun]))
"""
)


def show(project: Path, runs: int) -> None:
    """The rows of the bench: prod, then stacks of 1, 10 and 100 pools, teams and models."""
    modules = _said(_MODULES, str(project), _STACK)
    floor = statistics.median(_said(_IMPORT, json.dumps(modules)) for _ in range(runs))
    both = [_said(_CHECK, str(project), _STACK) for _ in range(runs)]
    plan, check = (statistics.median(times) for times in zip(*both, strict=True))
    print(f"{'import of the SDKs':26}{floor:6.2f} s")
    print(f"{f'plan of {_STACK}':26}{plan:6.2f} s  {plan / floor:5.2f}x the import")
    print(f"{f'all rules on {_STACK}':26}{check:6.2f} s  {check / plan:5.2f}x the plan", flush=True)
    _show_terraform(project, runs)
    for what, text in (("pools", with_pools), ("teams", with_teams), ("models", with_models)):
        _show_growth(what, [text(count) for count in _COUNTS], runs)


def _show_terraform(project: Path, runs: int) -> None:
    """Our whole plan, which has the objects in the cluster too, beside a plan of the AWS resources alone."""
    with tempfile.TemporaryDirectory(prefix="gpu-cluster-terraform-") as name:
        folder = Path(name)
        try:
            count = configured(project, _STACK, folder)
            pairs = [(_elapsed(_plan, project), _elapsed(planned, folder)) for _ in range(runs)]
        except NoTerraformError as error:
            print(f"{'terraform plan':26}left out: {error}", flush=True)
            return
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(mine / other for mine, other in pairs)
    print(f"{f'terraform plan of {count}':26}{theirs:6.2f} s")
    print(f"{f'gpu-cluster plan {_STACK}':26}{ours:6.2f} s  {ratio:5.2f}x terraform plan", flush=True)


def _elapsed(run: Callable[[Path], object], folder: Path) -> float:
    begun = time.perf_counter()
    run(folder)
    return time.perf_counter() - begun


def _plan(project: Path) -> None:
    command = [Path(sys.executable).with_name("gpu-cluster"), "plan", _STACK]
    subprocess.run(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def _show_growth(what: str, texts: list[str], runs: int) -> None:
    """Cost of one more: between 1 and 10 and between 10 and 100, the same where growth is linear."""
    times = [statistics.median(_again(text) for _ in range(runs)) for text in texts]
    few, many = ((times[step + 1] - times[step]) / (_COUNTS[step + 1] - _COUNTS[step]) for step in range(2))
    shown = ", ".join(f"{seconds:.2f}" for seconds in times)
    print(
        f"{f'{what}: 1, 10, 100':26}{shown} s; one more among many {many / few:.2f}x one among few",
        flush=True,
    )


def _again(text: str) -> float:
    """A second plan in a process that has imported all."""
    with tempfile.TemporaryDirectory(prefix="gpu-cluster-bench-") as folder:
        (Path(folder) / "stacks").mkdir()
        (Path(folder) / "stacks" / "Pulumi.bench.yaml").write_text(text)
        return _said(_AGAIN, folder, "bench")


def _said(program: str, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)
