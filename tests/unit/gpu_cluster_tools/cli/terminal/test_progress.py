"""Progress of long steps on stderr: live on a terminal, one line in a log, nothing in a pipe."""

import subprocess
import sys
from pathlib import Path

STEP = (
    "import time; from gpu_cluster_tools.cli.terminal import progress\n"
    "progress.AFTER = 0.2\n"
    "with progress.working('planning prod', quiet={quiet}): time.sleep({seconds})\n"
    "print('done')"
)


def program(seconds: float, *, quiet: bool = False) -> list[str]:
    return [sys.executable, "-c", STEP.format(seconds=seconds, quiet=quiet)]


def into_files(tmp_path: Path, seconds: float, *, quiet: bool = False) -> str:
    """The stderr of a program whose streams are files, as in the log of a job."""
    with (tmp_path / "out").open("w") as out, (tmp_path / "err").open("w") as err:
        subprocess.run(program(seconds, quiet=quiet), stdout=out, stderr=err, check=True)
    return (tmp_path / "err").read_text()


def in_a_terminal(command: list[str], tmp_path: Path) -> str:
    file = tmp_path / "step.py"
    file.write_text(command[2])
    done = subprocess.run(
        ["script", "-qec", f"{sys.executable} {file}", "/dev/null"],
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def test_log_gets_one_line_for_a_long_step(tmp_path: Path) -> None:
    assert into_files(tmp_path, 0.6) == "planning prod …\n"


def test_short_step_shows_no_progress(tmp_path: Path) -> None:
    assert into_files(tmp_path, 0) == ""
    assert in_a_terminal(program(0), tmp_path) == "done\r\n"


def test_piped_and_quiet_programs_show_no_progress(tmp_path: Path) -> None:
    assert into_files(tmp_path, 0.6, quiet=True) == ""
    piped = subprocess.run(program(0.6), capture_output=True, text=True, check=True)
    assert (piped.stdout, piped.stderr) == ("done\n", "")


def test_terminal_shows_a_live_line_and_erases_it(tmp_path: Path) -> None:
    shown = in_a_terminal(program(1.2), tmp_path)

    assert "\r\033[Kplanning prod … 0s" in shown
    assert shown.endswith("\r\033[Kdone\r\n")
