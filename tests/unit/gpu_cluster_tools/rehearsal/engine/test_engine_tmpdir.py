"""Temporary files of the engine are in the project, private, and deleted with the run."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal import PulumiEngine, RehearsalError
from gpu_cluster_tools.rehearsal.control_plane import safe_path
from gpu_cluster_tools.rehearsal.engine.engine_tmpdir import clear_tmpdirs, remove_tmpdirs, shell_variables
from gpu_cluster_tools.rehearsal.engine.run_pulumi import run_pulumi

ENGINE = f"""#!{sys.executable}
import os, pathlib, stat, subprocess, sys, time
folder = pathlib.Path(os.environ["TMPDIR"])
(folder / "kubeconfig123").write_text("token")
(pathlib.Path.cwd() / "seen").write_text(f"{{folder}} {{stat.S_IMODE(folder.stat().st_mode):o}}")
if "--plugin" in sys.argv:
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=False)
if "--hang" in sys.argv:
    time.sleep(60)
sys.exit("--fail" in sys.argv)
"""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PulumiEngine:
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(ENGINE)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    project = tmp_path / "p"
    project.mkdir()
    return PulumiEngine(project, "dev", {**os.environ, "TMPDIR": str(tmp_path / "given")})


def seen(engine: PulumiEngine) -> tuple[Path, str]:
    folder, mode = (engine.project / "seen").read_text().rsplit(maxsplit=1)
    return Path(folder), mode


@pytest.mark.parametrize("failing", [(), ("--fail",)])
def test_run_has_a_private_temporary_folder_that_is_deleted(
    engine: PulumiEngine, failing: tuple[str, ...]
) -> None:
    for run in (engine.run, engine.output):
        try:
            run("up", *failing)
        except RehearsalError:
            assert failing
        folder, mode = seen(engine)
        assert (folder.parent.name, mode) == (safe_path.safe_path(_tmp(engine), 60).name, "700")
        assert not folder.exists()
    assert not (engine.project / ".local").exists()


def test_rehearsal_run_leaves_no_temporary_folder(engine: PulumiEngine, tmp_path: Path) -> None:
    assert run_pulumi(engine, "up", record=tmp_path / "runs" / "up").held
    assert not (engine.project / ".local").exists()


def test_long_project_path_gets_a_short_path_without_spaces(engine: PulumiEngine) -> None:
    project = engine.project / ("deep/" * 20) / "two words"
    project.mkdir(parents=True)
    deep = PulumiEngine(project, "dev", engine.environment)

    deep.output("up")

    folder, _ = seen(deep)
    assert len(str(folder / "pymp-12345678" / "listener-12345678")) <= 107
    assert " " not in str(folder)
    assert not folder.parent.is_symlink()


def test_folder_of_a_killed_run_is_deleted_by_the_next_run(engine: PulumiEngine) -> None:
    command = _killed(engine, "--plugin")
    folder, _ = seen(engine)

    engine.output("preview")
    assert (folder / "kubeconfig123").exists(), "the engine's plugin still runs"
    assert not clear_tmpdirs(engine.project)
    os.killpg(command, signal.SIGKILL)
    _await_deletion(engine, folder)

    assert not (engine.project / ".local").exists()


def _killed(engine: PulumiEngine, *arguments: str) -> int:
    """Process group of a command killed while its engine had temporary files."""
    program = (
        "import os, sys; from pathlib import Path; from gpu_cluster_tools.rehearsal import PulumiEngine\n"
        "PulumiEngine(Path(sys.argv[1]), 'dev', os.environ).run('up', '--hang', *sys.argv[2:])"
    )
    command = subprocess.Popen(
        [sys.executable, "-c", program, str(engine.project), *arguments], start_new_session=True
    )
    while not (engine.project / "seen").exists() or not (engine.project / "seen").read_text():
        assert command.poll() is None
        time.sleep(0.02)
    command.kill()
    command.wait()
    return command.pid


def _await_deletion(engine: PulumiEngine, folder: Path) -> None:
    """Wait, because killed processes keep their lock for a moment."""
    deadline = time.monotonic() + 10
    while folder.exists():
        assert time.monotonic() < deadline
        clear_tmpdirs(engine.project)
        time.sleep(0.02)


def test_kubeconfigs_in_the_folder_of_a_shell_are_deleted(engine: PulumiEngine) -> None:
    folder = Path(shell_variables(engine.project)["TMPDIR"])
    environment = {**engine.environment, "TMPDIR": str(folder)}
    subprocess.run(["pulumi", "up"], cwd=engine.project, env=environment, check=True)
    (folder / "of-an-editor").touch()
    assert seen(engine) == (folder, "700")

    engine.output("preview")

    assert [it.name for it in folder.iterdir()] == ["of-an-editor"]
    assert clear_tmpdirs(engine.project, with_shell=True)
    assert not folder.exists()


def test_kubeconfigs_of_a_shell_are_kept_while_an_engine_runs(engine: PulumiEngine) -> None:
    folder = Path(shell_variables(engine.project)["TMPDIR"])
    file = folder / "kubeconfig1"
    file.touch()
    process = subprocess.Popen(["pulumi", "30"], executable="/bin/sleep", env={"TMPDIR": str(folder)})
    try:
        while not Path(f"/proc/{process.pid}/cmdline").read_bytes().startswith(b"pulumi\0"):
            time.sleep(0.01)
        assert not clear_tmpdirs(engine.project, with_shell=True)
        assert file.exists()
    finally:
        process.kill()
        process.wait()
    assert clear_tmpdirs(engine.project, with_shell=True)


def test_removed_sandbox_has_no_temporary_folder(engine: PulumiEngine) -> None:
    folder = Path(shell_variables(engine.project)["TMPDIR"])
    remove_tmpdirs(engine.project)
    assert not folder.exists()
    assert not folder.parent.is_symlink()


def test_unwritable_project_uses_a_private_folder_elsewhere(engine: PulumiEngine) -> None:
    (engine.project / ".local").touch()  # root could write to a read-only folder

    engine.output("up")

    folder, mode = seen(engine)
    assert (folder.name.startswith("gpu-cluster-engine-"), mode, folder.exists()) == (True, "700", False)
    assert shell_variables(engine.project) == {}


def _tmp(engine: PulumiEngine) -> Path:
    return engine.project.resolve() / ".local" / "tmp"
