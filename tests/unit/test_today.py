"""The day on which tests take place is that of the programs which they start, too."""

import subprocess
import sys
from pathlib import Path

from gpu_cluster.catalog.today import now, today
from tests.today import TODAY

ASK = "from gpu_cluster.catalog.today import now, today; print(today(), now().date())"


def test_it_is_that_day_here() -> None:
    assert today() == now().date() == TODAY


def test_it_is_that_day_in_what_a_test_starts(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", ASK], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (told.stdout, told.stderr) == (f"{TODAY} {TODAY}\n", "")
