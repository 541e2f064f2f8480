import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_clean_drops_the_caches_of_go_and_keeps_the_tools(cache: Path) -> None:
    (cache / "go-build").unlink()
    for kept in ("go-build", "go-mod", "tools"):
        (cache / kept).mkdir()

    subprocess.run([sys.executable, "-m", "toolchain", "clean"], cwd=ROOT, check=True)

    assert [path.name for path in cache.iterdir()] == ["tools"]


def test_a_failure_is_told_without_a_traceback(cache: Path) -> None:
    (cache / "tools").touch()

    failed = subprocess.run(
        [sys.executable, "-m", "toolchain"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert failed.returncode == 1
    assert failed.stderr.startswith("The tools could not be put into")
    assert "Traceback" not in failed.stderr
