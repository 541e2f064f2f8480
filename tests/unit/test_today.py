"""The frozen date of the tests also applies to programs that they start."""

import subprocess
import sys
from pathlib import Path

from gpu_cluster.catalog.today import now, today
from tests.today import TODAY

ASK = "from gpu_cluster.catalog.today import now, today; print(today(), now().date())"


def test_date_is_frozen_in_the_test_process() -> None:
    assert today() == now().date() == TODAY


def test_date_is_frozen_in_started_programs(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", ASK], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (told.stdout, told.stderr) == (f"{TODAY} {TODAY}\n", "")
