import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[4]
GPU_CLUSTER = Path(sys.executable).parent / "gpu-cluster"

WRONG = """config:
  gpu-cluster:cluster: {provider: lokal}
  gpu-cluster:pools: {system: {instance: m7i.large, nodes: 1}}
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GPU_CLUSTER, *arguments],
        cwd=folder,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )


def project(folder: Path, stack: str) -> Path:
    (folder / "Pulumi.yaml").write_text("name: gpu-cluster\nruntime: python\n")
    (folder / "stacks").mkdir()
    (folder / "stacks" / "Pulumi.dev.yaml").write_text(stack)
    return folder


def test_invalid_stack_file_lists_errors_and_exits_with_2(tmp_path: Path) -> None:
    done = run(project(tmp_path, WRONG), "validate", "dev")

    assert done.returncode == 2
    assert done.stderr.startswith("error: stacks/Pulumi.dev.yaml:2 gpu-cluster:cluster.provider: ")
    assert "\nhint: did you mean 'local'?\n" in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_stack_suggests_the_nearest_name(tmp_path: Path) -> None:
    done = run(project(tmp_path, ""), "validate", "dve")

    assert done.returncode == 2
    assert done.stderr == f"error: no stacks/Pulumi.dve.yaml in {tmp_path}: did you mean 'dev'?\n"


def test_unknown_command_suggests_the_nearest_name(tmp_path: Path) -> None:
    done = run(tmp_path, "validat")

    assert done.returncode == 2
    assert "Did you mean 'validate'?" in done.stderr


def test_error_outside_a_project_names_the_searched_folder(tmp_path: Path) -> None:
    done = run(tmp_path, "up")

    assert done.returncode == 2
    hint = "run gpu-cluster inside a project, or create one with `gpu-cluster new FOLDER`"
    assert done.stderr == f"error: no Pulumi.yaml in {tmp_path} or above it: {hint}\n"


@pytest.mark.parametrize("command", ["check", "cost", "report", "review --against main", "doctor", "status"])
def test_command_outside_a_project_exits_with_2(tmp_path: Path, command: str) -> None:
    assert run(tmp_path, *command.split()).returncode == 2


def test_missing_package_error_names_the_extra_to_install(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "sys.modules['botocore'] = None\n"  # as without the extra
        "from gpu_cluster_tools.cli.main import run\n"
        "run()\n"
    )
    commands = ["up", "down", "status", "verify", "drift", "env", "rehearse", "campaign"]
    told = {
        name: subprocess.run(
            [sys.executable, "-c", program, name], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        for name in commands
    }

    for name in commands[:-2]:  # these read the project first
        assert (told[name].returncode, told[name].stderr[:21]) == (2, "error: no Pulumi.yaml"), name
    for name in commands[-2:]:
        done, extra = told[name], "pip install 'gpu-cluster[rehearsal]'"
        message = f"error: botocore is not installed, which this command needs: {extra}\n"
        assert (done.returncode, done.stderr) == (1, message), name


def test_missing_home_folder_error_suggests_setting_home(tmp_path: Path) -> None:
    program = (
        "import pwd, sys\n"
        "def unknown(_): raise KeyError\n"
        "pwd.getpwuid = unknown\n"  # as in a container that runs with an arbitrary user ID
        "from gpu_cluster_tools.cli.main import run\n"
        "run()\n"
    )
    stack = WRONG.replace("lokal", "local")
    without = {name: it for name, it in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}

    done = subprocess.run(
        [sys.executable, "-c", program, "env", "dev"],
        cwd=project(tmp_path, stack),
        env=without,
        capture_output=True,
        text=True,
        check=False,
    )

    message = f"error: user {os.getuid()} has no home folder; hint: set HOME\n"
    assert (done.returncode, done.stderr) == (1, message)


def test_full_disk_is_an_error_without_traceback() -> None:
    for command in ("gpus", "plan local"):
        shell = f"'{GPU_CLUSTER}' {command} >/dev/full"
        done = subprocess.run(["bash", "-c", shell], cwd=PROJECT, capture_output=True, text=True, check=False)

        assert done.returncode == 1
        told = done.stderr.splitlines()  # progress comes first if it takes seconds
        assert told[-1] == "error: the output or a file cannot be written: No space left on device"
        assert "Traceback" not in done.stderr


def test_closed_streams_cause_no_error() -> None:
    for command, code in (("gpus >&-", 0), ("validate nope 2>&-", 2)):
        shell = f"'{GPU_CLUSTER}' {command}"
        done = subprocess.run(["bash", "-c", shell], cwd=PROJECT, capture_output=True, text=True, check=False)

        assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_stack_name_with_invalid_utf_8_and_closed_stdout(tmp_path: Path) -> None:
    folder = project(tmp_path, WRONG)
    (folder / "stacks" / "Pulumi.\udcff.yaml").write_text(WRONG)
    shell = f"'{GPU_CLUSTER}' doctor >&-"
    done = subprocess.run(["bash", "-c", shell], cwd=folder, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (1, "")


def test_files_that_cannot_be_copied_are_reported(tmp_path: Path) -> None:
    folder = project(tmp_path, WRONG)
    (folder / "stacks" / "Pulumi.loop.yaml").symlink_to("Pulumi.loop.yaml")
    commit = "git init -q && git add Pulumi.yaml && git -c user.name=a -c user.email=a@b commit -q -m a"
    subprocess.run(["bash", "-c", commit], cwd=folder, check=True)
    done = run(folder, "review", "--against", "HEAD", "--from", "stacks")

    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {folder}/stacks/Pulumi.loop.yaml: [Errno 40] Too many levels")


@pytest.mark.parametrize("width", ["0", "1"])
def test_columns_below_40_are_ignored(tmp_path: Path, width: str) -> None:
    shell = f"COLUMNS={width} '{GPU_CLUSTER}' gate --unknown"
    done = subprocess.run(["bash", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "No such option: --unknown" in done.stderr


def test_commands_work_in_a_subfolder_of_the_project(tmp_path: Path) -> None:
    pools = "gpu-cluster:pools: {system: {instance: m7i.large, nodes: 1}}"
    stack = f"config:\n  gpu-cluster:cluster: {{provider: local}}\n  {pools}\n"

    done = run(project(tmp_path, stack) / "stacks", "validate", "dev")

    assert (done.returncode, done.stdout) == (0, "dev: 1 pool and 0 models on provider local, valid\n")


def test_broken_pipe_of_plan_exits_silently() -> None:
    head = f"set -o pipefail; '{GPU_CLUSTER}' plan local | head -1"
    done = subprocess.run(["bash", "-c", head], cwd=PROJECT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "Platform platform\n", "")


@pytest.mark.parametrize("command", ["--help", "plan --help"])
def test_broken_pipe_of_help_exits_silently(command: str) -> None:
    closed = f"set -o pipefail; '{GPU_CLUSTER}' {command} | true"
    done = subprocess.run(["bash", "-c", closed], cwd=PROJECT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_unwritable_file_is_an_error_without_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = run(tmp_path, "new", "file/acme")

    assert done.returncode == 1
    assert done.stderr == "error: file/acme/.github/workflows: Not a directory\n"


def test_deleted_working_directory_is_an_error_without_traceback(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    shell = f"cd gone && rmdir ../gone && '{GPU_CLUSTER}' validate"

    done = subprocess.run(["bash", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (1, "error: the working directory does not exist any more\n")


OTHER_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""A locale whose encoding is not UTF-8."""


def test_files_are_utf_8_in_every_locale(tmp_path: Path) -> None:
    (project(tmp_path, "") / "policies").mkdir()
    settings = tmp_path / "policies/settings.yaml"
    settings.write_text("# Rechenzentrum München\nenvironments: {}\n", "utf-8")
    options = ["--provider", "eks", "--region", "eu-central-1", "--yes"]

    done = subprocess.run(
        [GPU_CLUSTER, "init", "lab", *options],
        cwd=tmp_path,
        env=os.environ | OTHER_LOCALE,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert settings.read_text("utf-8").startswith("# Rechenzentrum München\nenvironments:\n  lab:\n")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_characters_outside_the_stream_encoding_are_replaced(encoding: str) -> None:
    done = subprocess.run(
        [GPU_CLUSTER, "plan", "local"],
        cwd=PROJECT,
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert b"Cluster platform-cluster" in done.stdout


def test_terminal_shows_the_source_line_with_a_caret(tmp_path: Path) -> None:
    shell = f"NO_COLOR=1 COLUMNS=200 '{GPU_CLUSTER}' validate dev"

    done = subprocess.run(
        ["script", "-qec", shell, "/dev/null"],
        cwd=project(tmp_path, WRONG),
        capture_output=True,
        text=True,
        check=False,
    )

    error, line, caret, hint = done.stdout.replace("\r", "").splitlines()[:4]
    assert error.startswith("error: stacks/Pulumi.dev.yaml:2 gpu-cluster:cluster.provider: ")
    assert line == "  2 |   gpu-cluster:cluster: {provider: lokal}"
    assert caret == "    |                                   ^^^^^"
    assert hint == "hint: did you mean 'local'?"


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_both_help_options_print_usage(tmp_path: Path, option: str) -> None:
    done = run(tmp_path, "cost", option)

    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: gpu-cluster cost" in done.stdout


def test_version_option_prints_the_version(tmp_path: Path) -> None:
    assert run(tmp_path, "--version").stdout == f"gpu-cluster {version('gpu-cluster')}\n"


def test_piped_help_has_no_colours(tmp_path: Path) -> None:
    done = run(project(tmp_path, ""), "--help")

    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert "Exit codes" in done.stdout


def test_shell_completes_stack_names(tmp_path: Path) -> None:
    words = {
        "_GPU_CLUSTER_COMPLETE": "complete_bash",
        "COMP_WORDS": "gpu-cluster validate d",
        "COMP_CWORD": "2",
    }
    done = subprocess.run(
        [GPU_CLUSTER],
        cwd=project(tmp_path, ""),
        env=os.environ | words,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.split() == ["dev"]
