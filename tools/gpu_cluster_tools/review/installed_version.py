"""Another version of gpu-cluster: the one that requirements.txt of a revision names."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from gpu_cluster_tools.review.affected_stacks import REQUIREMENTS
from gpu_cluster_tools.review.revision import RevisionError

_LAST_LINES = 2


@contextmanager
def python_with_requirements(project: Path) -> Generator[Path]:
    """Python of a temporary environment with the requirements of a project.

    `RevisionError` if they cannot be installed, for example without network.
    """
    with TemporaryDirectory(prefix="gpu-cluster-version-") as folder:
        python = Path(folder) / "bin/python"
        _run([sys.executable, "-m", "venv", folder], project)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--requirement", REQUIREMENTS], project)
        yield python


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()[-_LAST_LINES:]
        raise RevisionError(
            f"the version of gpu-cluster in {REQUIREMENTS} of that revision cannot be installed, "
            f"so its plans are unknown: {' '.join(words)}"
        )
