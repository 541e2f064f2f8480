"""The language host, called by the real engine."""

import json
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.toolchain.conftest import PYTHON_ENVIRONMENT, Project, write_project

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

ROOM = """
    import pulumi

    class Room(pulumi.ComponentResource):
        def __init__(self, name: str) -> None:
            super().__init__("tiny:index:Room", name)
            self.register_outputs({})

    Room("kitchen")
    pulumi.export("stack", pulumi.get_stack())
    pulumi.export("colour", pulumi.Config().get("colour"))
    pulumi.export("code", pulumi.Config().get_secret("code"))
"""

# Starts a child process, prints a line, and waits forever.
WAITING = """
    import subprocess, time
    subprocess.Popen(["sleep", "1000"])
    print("the program is waiting", flush=True)
    time.sleep(1000)
"""


def test_up_runs_the_program_with_its_configuration(project: Project) -> None:
    project.program(ROOM)
    project.pulumi("config", "set", "colour", "green")
    project.pulumi("config", "set", "--secret", "code", "1234")

    up = project.pulumi("up", "--yes")

    assert up.returncode == 0, up.stdout
    assert "+ 2 created" in up.stdout
    assert "warning" not in up.stdout
    assert outputs(project) == {"stack": "dev", "colour": "green", "code": "[secret]"}


def test_second_preview_has_no_changes(project: Project) -> None:
    project.program(ROOM)
    project.pulumi("up", "--yes")

    preview = project.pulumi("preview", "--expect-no-changes")

    assert preview.returncode == 0, preview.stdout
    assert "2 unchanged" in preview.stdout


def test_program_that_raises_shows_its_error_and_fails(project: Project) -> None:
    project.program("""
        def deep():
            raise ValueError("the reason why")
        deep()
    """)

    preview = project.pulumi("preview")

    assert preview.returncode != 0
    assert "ValueError: the reason why" in preview.stdout
    assert f'File "{project.directory}/__main__.py", line 3, in deep' in preview.stdout
    assert "exit code" not in preview.stdout


def test_program_that_exits_fails_with_its_exit_code(project: Project) -> None:
    project.program("import os; os._exit(7)")

    preview = project.pulumi("preview")

    assert preview.returncode != 0
    assert "the program ended with exit code 7" in preview.stdout


def test_named_virtual_environment_runs_the_program(project: Project) -> None:
    environment = project.directory / "other-name"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = environment / "lib" / version / "site-packages"
    (packages / "packages.pth").write_text(sysconfig.get_path("purelib"))
    write_project(project.directory, virtualenv="other-name")
    project.program("""
        import os, pulumi, sys
        pulumi.export("prefix", sys.prefix)
        pulumi.export("active", os.environ["VIRTUAL_ENV"])
    """)

    up = project.pulumi("up", "--yes")

    assert up.returncode == 0, up.stdout
    assert outputs(project) == {"prefix": str(environment), "active": str(environment)}


def test_missing_virtual_environment_is_named(project: Project) -> None:
    write_project(project.directory, virtualenv="missing")
    project.program(ROOM)

    preview = project.pulumi("preview")

    assert preview.returncode != 0
    assert f"{project.directory}/missing is not a virtual environment" in preview.stdout
    assert "Traceback" not in preview.stdout


def test_about_shows_python_and_its_packages(project: Project) -> None:
    about = json.loads(project.pulumi("about", "--json", "--transitive").stdout)

    assert about["runtime"]["executable"] == sys.executable.replace("python3", "python")
    assert {"name": "kubernetes", "version": "4.25.0"} in [
        {key: plugin[key] for key in ("name", "version")} for plugin in about["plugins"]
    ]
    assert "pulumi-policy" in {dependency["name"] for dependency in about["dependencies"]}


def test_mandatory_policy_stops_a_preview(project: Project, tmp_path: Path) -> None:
    project.program(ROOM)
    pack = policy_pack(tmp_path / "pack")

    preview = project.pulumi("preview", "--policy-pack", str(pack))

    assert preview.returncode != 0
    assert "[mandatory]  no-rooms  (tiny:index:Room: kitchen)" in preview.stdout
    assert "Traceback" not in preview.stdout


def test_policy_pack_receives_the_stack_and_its_configuration(project: Project, tmp_path: Path) -> None:
    project.program(ROOM)
    project.pulumi("config", "set", "colour", "green")
    pack = policy_pack(tmp_path / "pack")

    preview = project.pulumi("preview", "--policy-pack", str(pack))

    assert "kitchen is a room in tiny/dev, green" in preview.stdout


def test_policy_pack_that_raises_is_an_error(project: Project, tmp_path: Path) -> None:
    project.program(ROOM)
    pack = policy_pack(tmp_path / "pack")
    (pack / "__main__.py").write_text("raise ValueError('this pack is broken')")

    preview = project.pulumi("preview", "--policy-pack", str(pack))

    assert preview.returncode != 0
    assert "this pack is broken" in preview.stdout


def test_output_is_live_and_an_interrupt_ends_all_processes(project: Project) -> None:
    project.program(WAITING)
    engine = project.start("up", "--yes")
    wait_until(lambda: "the program is waiting" in project.output.read_text())
    assert any("sleep 1000" in line for line in project.processes())
    interrupted = time.monotonic()

    engine.send_signal(signal.SIGINT)

    assert engine.wait(timeout=20) != 0
    # The engine kills its plugins after five seconds.
    assert time.monotonic() - interrupted < 4
    assert project.processes() == []
    assert "Traceback" not in project.output.read_text()


def test_program_ends_with_a_killed_engine(project: Project) -> None:
    project.program(WAITING)
    engine = project.start("up", "--yes")
    wait_until(lambda: any("sleep 1000" in line for line in project.processes()))

    engine.kill()
    engine.wait()

    wait_until(lambda: project.processes() == [], seconds=5)


def test_provider_ends_with_a_killed_engine(project: Project) -> None:
    project.program("""
        import pulumi_kubernetes, time
        provider = pulumi_kubernetes.Provider("cluster", render_yaml_to_directory="rendered")
        def wait(_id):
            time.sleep(1000)
        provider.id.apply(wait)
    """)
    engine = project.start("up", "--yes", "--skip-preview")
    wait_until(lambda: any("pulumi-resource-kubernetes" in line for line in project.processes()))

    engine.kill()
    engine.wait()

    wait_until(lambda: project.processes() == [], seconds=5)


def outputs(project: Project) -> dict[str, object]:
    return json.loads(project.pulumi("stack", "output", "--json").stdout)


def policy_pack(directory: Path) -> Path:
    """Write a policy pack that forbids rooms."""
    directory.mkdir()
    (directory / "PulumiPolicy.yaml").write_text(
        f"runtime:\n  name: python\n  options:\n    virtualenv: {PYTHON_ENVIRONMENT}\n"
    )
    (directory / "__main__.py").write_text("""
import pulumi
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def check(args, report_violation):
    if args.resource_type == "tiny:index:Room":
        place = f"{pulumi.get_project()}/{pulumi.get_stack()}"
        report_violation(f"{args.name} is a room in {place}, {pulumi.Config('tiny').get('colour')}")

PolicyPack("tiny", policies=[ResourceValidationPolicy(
    name="no-rooms", description="No rooms.", validate=check, enforcement_level=EnforcementLevel.MANDATORY
)])
""")
    return directory


def wait_until(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
