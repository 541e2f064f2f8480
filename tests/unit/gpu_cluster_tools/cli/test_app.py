"""Listed commands exist, and import only what they need."""

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
    """Packages imported while a command runs."""
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
def test_listed_command_exists(name: str) -> None:
    assert command(name).help


def test_commands_are_in_alphabetical_order() -> None:
    assert list(COMMANDS) == sorted(COMMANDS)


@pytest.mark.parametrize("name", ERRORS)
def test_listed_error_class_exists(name: str) -> None:
    module, _, kind = name.rpartition(".")

    assert issubclass(getattr(import_module(module), kind), Exception)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["validate", "--help"], ["validate", "prod"], ["schema"], ["diagram", "prod"]]
)
def test_offline_command_imports_no_cloud_or_cluster_client(arguments: list[str]) -> None:
    assert modules_of(*arguments) & TALKS == set()


@pytest.mark.parametrize("name", ["cost", "doctor", "down", "env", "images", "status", "verify"])
def test_only_rehearse_imports_the_emulated_account(name: str) -> None:
    assert modules_of(name, "--help") & {"boto3", "moto"} == set()


@pytest.mark.parametrize("name", ["cost", "doctor", "env", "images", "plan", "status"])
def test_help_imports_no_sdk(name: str) -> None:
    assert modules_of(name, "--help") & {"pulumi", "pulumi_aws", "pulumi_kubernetes"} == set()


@pytest.mark.parametrize("name", ["check", "diagram", "images", "report"])
def test_planning_command_does_not_import_the_toolchain(name: str) -> None:
    assert "gpu_cluster_tools.toolchain.toolchain" not in modules_of(name, "--help")


def test_list_of_commands_imports_no_command() -> None:
    read = modules_of("--help")

    assert "gpu_cluster_tools.cli.app" in read
    assert {name for name in read if name.startswith("gpu_cluster_tools.cli.")} == {
        "gpu_cluster_tools.cli.app",
        "gpu_cluster_tools.cli.lazy_group",
    }
