"""Text is wrapped to the width of a terminal, and unchanged elsewhere."""

import subprocess
import sys
from pathlib import Path

from gpu_cluster_tools.cli.terminal.table import table
from gpu_cluster_tools.cli.terminal.width import wrapped

PROJECT = Path(__file__).parents[5]
GPU_CLUSTER = Path(sys.executable).parent / "gpu-cluster"
LONG = "/".join(["segment"] * 10)


def test_wrapped_lines_are_indented_like_the_first() -> None:
    assert wrapped("  one two three four", 12) == "  one two\n    three\n    four"


def test_line_that_fits_is_unchanged() -> None:
    assert wrapped("  a  b\n\nc", 12) == "  a  b\n\nc"


def test_long_word_is_not_split() -> None:
    assert LONG in wrapped(f"see {LONG} there", 40).splitlines()[1]


def test_source_line_stays_above_its_caret() -> None:
    excerpt = f"  2 |   key: {LONG}\n    |        ^^^^^^^"
    assert wrapped(excerpt, 40) == excerpt


def test_last_cell_of_a_row_wraps_below_itself() -> None:
    rows = [("A", "WORDS"), ("b", "one two three four five six seven")]
    assert table(rows, 30).splitlines() == [
        "  A  WORDS",
        "  b  one two three four five",
        "     six seven",
    ]
    assert "four five six seven" in table(rows)


def test_check_output_fits_a_narrow_terminal() -> None:
    shell = f"COLUMNS=80 '{GPU_CLUSTER}' check local 2>/dev/null"
    done = subprocess.run(
        ["script", "-qec", shell, "/dev/null"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    lines = done.stdout.replace("\r", "").splitlines()
    assert lines
    assert [line for line in lines if len(line) > 80 and " " in line.strip()] == []
