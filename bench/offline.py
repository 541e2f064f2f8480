"""Plan and check without an engine: processor time, as ratios to importing the same SDK modules."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.manifests import deployment
from bench.processor import spent
from bench.stacks import MANIFESTS, with_manifests, with_models, with_pools, with_teams
from bench.terraform import NoTerraformError, configured, planned

_COUNTS = (1, 10, 100, 500)
_STACK = "prod"
_GROWING = {"pools": with_pools, "teams": with_teams, "models": with_models, "manifests": with_manifests}

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
    + f"""
with (Path(sys.argv[1]) / "{MANIFESTS}").open("a") as objects:
    objects.write("# changed, or they are not parsed again\\n")
planned = time.process_time()
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
    """The rows of the bench: prod, then stacks of 1, 10, 100 and 500 pools, teams, models and manifests."""
    modules = _said(_MODULES, str(project), _STACK)
    floor = statistics.median(_said(_IMPORT, json.dumps(modules)) for _ in range(runs))
    both = [_said(_CHECK, str(project), _STACK) for _ in range(runs)]
    plan, check = (statistics.median(times) for times in zip(*both, strict=True))
    print(f"{'import of the SDKs':26}{floor:6.2f} s")
    print(f"{f'plan of {_STACK}':26}{plan:6.2f} s  {plan / floor:5.2f}x the import")
    print(f"{f'all rules on {_STACK}':26}{check:6.2f} s  {check / plan:5.2f}x the plan", flush=True)
    _show_terraform(project, runs)
    for what, text in _GROWING.items():
        _show_growth(what, text, runs)


def _show_terraform(project: Path, runs: int) -> None:
    """Our whole plan, which has the objects in the cluster too, beside a plan of the AWS resources alone."""
    with tempfile.TemporaryDirectory(prefix="gpu-cluster-terraform-") as name:
        folder = Path(name)
        try:
            count = configured(project, _STACK, folder)
            pairs = [(_times(_plan, project), _times(planned, folder)) for _ in range(runs)]
        except NoTerraformError as error:
            print(f"{'terraform plan':26}left out: {error}", flush=True)
            return
    for kind, what in enumerate(("elapsed", "processor")):
        ours, theirs = (statistics.median(run[kind] for run in side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(mine[kind] / other[kind] for mine, other in pairs)
        print(f"{f'terraform plan of {count}':26}{theirs:6.2f} s {what}")
        print(
            f"{f'gpu-cluster plan {_STACK}':26}{ours:6.2f} s {what}  {ratio:5.2f}x terraform plan", flush=True
        )


def _times(run: Callable[[Path], object], folder: Path) -> tuple[float, float]:
    """Elapsed and processor seconds: terraform uses several processors at a time, a plan uses one."""
    begun = time.perf_counter()
    processor = spent(lambda: run(folder))
    return time.perf_counter() - begun, processor


def _plan(project: Path) -> None:
    command = [Path(sys.executable).with_name("gpu-cluster"), "plan", _STACK]
    subprocess.run(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def _show_growth(what: str, text: Callable[[int], str], runs: int) -> None:
    """Cost of one more among few and among many, the same where growth is linear."""
    times = [statistics.median(_again(text(count), count) for _ in range(runs)) for count in _COUNTS]
    few, many = _slope(times, 0), _slope(times, len(_COUNTS) - 2)
    shown = ", ".join(f"{seconds:.2f}" for seconds in times)
    title = f"{what}: {', '.join(map(str, _COUNTS))}"
    print(f"{title:26}{shown} s; one more among many {many / few:.2f}x one among few", flush=True)


def _slope(times: Sequence[float], first: int) -> float:
    return (times[first + 1] - times[first]) / (_COUNTS[first + 1] - _COUNTS[first])


def _again(text: str, count: int) -> float:
    """A second plan in a process that has imported all. Only one of manifests reads the objects beside it."""
    with tempfile.TemporaryDirectory(prefix="gpu-cluster-bench-") as folder:
        (Path(folder) / "stacks").mkdir()
        (Path(folder) / "stacks" / "Pulumi.bench.yaml").write_text(text)
        objects = "---\n".join(json.dumps(deployment(number), indent=1) + "\n" for number in range(count))
        (Path(folder) / MANIFESTS).write_text(objects)
        return _said(_AGAIN, folder, "bench")


def _said(program: str, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)
