"""`make bench`: plan, check and manifests in processor time, engine times as ratios to an empty program."""

import argparse
import tempfile
from pathlib import Path

from bench import manifests, offline, revision
from bench.run import Times, empty_program, platform
from bench.stacks import with_models, with_nodes
from gpu_cluster_tools.toolchain import install

_NODES = (10, 100, 1_000)
_MODELS = (1, 10, 50)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median counts (default: 3)")
    parser.add_argument("--offline", action="store_true", help="only what needs no engine")
    parser.add_argument("--against", metavar="REVISION", help="only commands, beside those of a git revision")
    arguments = parser.parse_args()
    runs: int = arguments.runs
    project = Path(__file__).parent.parent
    if arguments.against:
        revision.show(project, arguments.against, runs)
        return
    offline.show(project, runs)
    manifests.show(runs)
    if not arguments.offline:
        _show_engine(project, runs)


def _show_engine(project: Path, runs: int) -> None:
    toolchain = install()
    local = (project / "stacks" / "Pulumi.local.yaml").read_text()
    stacks = {
        "the local stack": local,
        **{f"{count} GPU nodes": with_nodes(count) for count in _NODES},
        **{f"{count} models": with_models(count) for count in _MODELS},
    }
    with tempfile.TemporaryDirectory(prefix="gpu-cluster-bench-") as folder:
        floor = empty_program(project, Path(folder, "empty"), toolchain, runs)
        _show("an empty program", floor, floor)
        for number, (name, stack) in enumerate(stacks.items()):
            _show(name, platform(project, Path(folder, str(number)), toolchain, stack, runs), floor)


def _show(name: str, times: Times, floor: Times) -> None:
    commands = ("up", "preview", "destroy")
    figures = zip(commands, (times.up, times.preview, times.destroy), times.over(floor), strict=True)
    row = "  ".join(f"{command} {seconds:6.2f} s {ratio:5.1f}x" for command, seconds, ratio in figures)
    print(f"{name:18}{row}", flush=True)


if __name__ == "__main__":
    main()
