"""Commands of this working tree beside those of an earlier revision, in one run."""

import statistics
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

from bench.processor import processor_seconds

_COMMANDS = (
    ("plan", "prod"),
    ("check", "prod"),
    ("cost", "prod"),
    ("images", "prod"),
    ("validate", "prod"),
    ("status", "--help"),
    ("env", "--help"),
    ("--help",),
)
_RUN = "from gpu_cluster_tools.cli.main import run; run()"
_ROOTS = ("components", "policies", "tools")


def show(project: Path, revision: str, runs: int) -> None:
    """Processor time of each command, and the median of its ratios to the same command of the revision."""
    archive = subprocess.run(["git", "archive", revision], cwd=project, capture_output=True, check=True)
    with tempfile.TemporaryDirectory(prefix="gpu-cluster-revision-") as folder:
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        for arguments in _COMMANDS:
            _once(Path(folder), arguments)  # compiles its modules
            pairs = [(_once(project, arguments), _once(Path(folder), arguments)) for _ in range(runs)]
            now = statistics.median(first for first, _ in pairs)
            ratio = statistics.median(first / second for first, second in pairs)
            print(f"{' '.join(arguments):26}{now:6.2f} s  {ratio:5.2f}x {revision}", flush=True)


def _once(tree: Path, arguments: tuple[str, ...]) -> float:
    roots = ":".join(str(tree / root) for root in _ROOTS)
    return processor_seconds([sys.executable, "-c", _RUN, *arguments], tree, {"PYTHONPATH": roots})
