"""Listed commands exist, and nothing is imported that a command does not need."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from gpu_cluster_tools.cli.app import COMMANDS, ERRORS
from gpu_cluster_tools.cli.lazy_group import command

PROJECT = Path(__file__).parents[4]
TALKS = {"boto3", "botocore", "grpc", "lightkube", "moto", "pulumi", "pulumi_aws", "pulumi_kubernetes"}


def modules_of(*arguments: str) -> set[str]:
    """The packages that are read while a command runs to its end."""
    program = (
        "import sys, contextlib, io, gpu_cluster_tools.cli.app\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        "    gpu_cluster_tools.cli.app.app(sys.argv[1:])\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_is_listed_can_be_called(name: str) -> None:
    assert command(name).help


def test_commands_are_listed_by_name() -> None:
    assert list(COMMANDS) == sorted(COMMANDS)


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_that_ends_as_its_message_exists(name: str) -> None:
    module, _, kind = name.rpartition(".")

    assert issubclass(getattr(import_module(module), kind), Exception)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["validate", "--help"], ["validate", "prod"], ["schema"], ["diagram", "prod"]]
)
def test_what_needs_no_cloud_and_no_cluster_reads_nothing_that_talks_to_one(arguments: list[str]) -> None:
    assert modules_of(*arguments) & TALKS == set()


@pytest.mark.parametrize("name", ["cost", "doctor", "down", "env", "images", "status", "verify"])
def test_only_a_rehearsal_loads_the_emulated_account(name: str) -> None:
    assert modules_of(name, "--help") & {"boto3", "moto"} == set()


@pytest.mark.parametrize("name", ["cost", "doctor", "env", "images", "plan", "status"])
def test_help_loads_no_sdk(name: str) -> None:
    assert modules_of(name, "--help") & {"pulumi", "pulumi_aws", "pulumi_kubernetes"} == set()


@pytest.mark.parametrize("name", ["check", "diagram", "images", "report"])
def test_what_only_plans_does_not_load_the_toolchain(name: str) -> None:
    assert "gpu_cluster_tools.toolchain.toolchain" not in modules_of(name, "--help")


def test_the_list_of_commands_reads_none_of_them() -> None:
    read = modules_of("--help")

    assert "gpu_cluster_tools.cli.app" in read
    assert {name for name in read if name.startswith("gpu_cluster_tools.cli.")} == {
        "gpu_cluster_tools.cli.app",
        "gpu_cluster_tools.cli.lazy_group",
    }
