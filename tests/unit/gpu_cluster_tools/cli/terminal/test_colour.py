"""Key words have a colour on a terminal, and nowhere else."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_cluster_tools.cli.terminal.colour import coloured

GPU_CLUSTER = Path(sys.executable).parent / "gpu-cluster"
RED, YELLOW, END = "\033[31m\033[1m", "\033[33m", "\033[0m"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("error: no stack", f"{RED}error:{END} no stack"),
        ("stops   87-tags", f"{RED}stops{END}   87-tags"),
        ("87-tags stops: Resources have tags", f"{RED}87-tags stops{END}: Resources have tags"),
        ("a\n  WARN disk: 1 GB", f"a\n{YELLOW}  WARN{END} disk: 1 GB"),
        ("  12 |   key: 1\n     |        ^", f"  12 |   key: 1\n{RED}     |        ^{END}"),
        ("  fix: what stops an update, and any error: in the text", None),
    ],
)
def test_line_prefixes_are_coloured(text: str, shown: str | None) -> None:
    assert coloured(text) == (shown or text)


@pytest.mark.parametrize(
    ("variables", "in_colour"),
    [({"TERM": "xterm"}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_terminal_shows_colours_unless_disabled(
    tmp_path: Path, variables: dict[str, str], in_colour: bool
) -> None:
    shown = on_a_terminal(tmp_path, {"TERM": "xterm", **variables})

    assert "error:" in shown
    assert (f"{RED}error:{END}" in shown) is in_colour


def test_piped_output_has_no_colours(tmp_path: Path) -> None:
    done = subprocess.run(
        [GPU_CLUSTER, "validate", "none"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert "\033" not in done.stderr


def on_a_terminal(folder: Path, variables: dict[str, str]) -> str:
    """Output of `gpu-cluster validate` on a terminal, for a stack that does not exist."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | variables
    process = subprocess.Popen(
        [GPU_CLUSTER, "validate", "none"], cwd=folder, env=environment, stdout=theirs, stderr=theirs
    )
    process.wait(60)
    os.close(theirs)
    return os.read(ours, 10_000).decode()
