import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]


def test_failure_is_reported_without_a_traceback(cache: Path) -> None:
    (cache / "tools").touch()

    failed = subprocess.run(
        [sys.executable, "-m", "gpu_cluster_tools.toolchain"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert failed.returncode == 1
    assert failed.stderr.startswith("The tools could not be written to")
    assert "Traceback" not in failed.stderr
