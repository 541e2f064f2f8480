"""Updates whose engine is killed halfway; the next one recovers without manual repair."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lightkube.models.core_v1 import NodeStatus
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Node

from gpu_cluster_tools.rehearsal import (
    KubernetesClient,
    LocalControlPlane,
    PulumiEngine,
    RehearsalError,
    recover,
)
from gpu_cluster_tools.rehearsal.control_plane.component_options import SIMULATED
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.rehearsal.control_plane.processes import processes
from gpu_cluster_tools.rehearsal.engine.engine_tmpdir import TMPDIR, engine_tmpdir
from gpu_cluster_tools.toolchain import install

pytestmark = [pytest.mark.engine, pytest.mark.slow]

_PROGRAM = Path(__file__).parent / "interrupted"
_VIRTUALENV = Path(__file__).parents[2] / ".venv"
_MAPS, _DEPLOYMENTS = "/api/v1/configmaps", "/apis/apps/v1/deployments"
_LISTED = (_MAPS, "/api/v1/secrets", "/api/v1/serviceaccounts", _DEPLOYMENTS)
_OF_EVERY_NAMESPACE = ("kube-root-ca.crt", "default")
_MADE = {
    *(f"configmaps/map-{number}" for number in range(6)),
    "secrets/secret",
    "serviceaccounts/account",
    "deployments/server",
}


@dataclass(frozen=True)
class Program:
    """The program `interrupted` as one stack, and its objects in the cluster."""

    engine: PulumiEngine
    api: DynamicClient

    def configure(self, **settings: str) -> None:
        for key, value in settings.items():
            self.engine.output("config", "set", "--stack", self.engine.stack, key, value)

    def pulumi(self, command: str, *arguments: str) -> None:
        self.engine.output(command, "--stack", self.engine.stack, "--non-interactive", *arguments)

    def up(self) -> None:
        self.pulumi("up", "--yes", "--skip-preview")

    @contextmanager
    def begin(self, command: str, *, at: str) -> Generator[subprocess.Popen[bytes]]:
        """Run a command until it reaches `at`; killed at the end."""
        with engine_tmpdir(self.engine.project) as tmpdir:
            engine = subprocess.Popen(
                ["pulumi", command, "--stack", self.engine.stack, "--yes", "--skip-preview"],
                cwd=self.engine.project,
                env={**self.engine.environment, TMPDIR: str(tmpdir.path)},
                pass_fds=tmpdir.locks,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                while at not in self.begun():
                    assert engine.poll() is None, f"{command} ended before {at}"
                    time.sleep(0.002)
                yield engine
            finally:
                engine.kill()
                engine.wait()

    def kill(self, command: str, *, at: str, after: float = 0) -> None:
        """Kill a command with `kill -9`, a number of seconds after it reached `at`."""
        with self.begin(command, at=at) as engine:
            time.sleep(after)
            assert engine.poll() is None, f"{command} ended before it could be killed"

    @property
    def checkpoint(self) -> Path:
        folder = Path(urlsplit(self.engine.environment["PULUMI_BACKEND_URL"]).path)
        return folder / ".pulumi" / "stacks" / "interrupted" / f"{self.engine.stack}.json"

    def state(self) -> dict[str, Any]:
        if not self.checkpoint.exists():
            return {}
        return json.loads(self.checkpoint.read_text())["checkpoint"]["latest"]

    def begun(self) -> set[str]:
        """Operations that the engine has begun, from its event log and results: {"creating map-0"}."""
        state = self.state()
        made = {f"creating {_name(resource)}" for resource in state.get("resources", [])}
        return made | {
            f"{operation['type']} {_name(operation['resource'])}"
            for operation in state.get("pending_operations", [])
        }

    def items(self, path: str) -> list[dict[str, Any]]:
        """Objects of a kind in the stack's namespace, except those that every namespace has."""
        group, _, resource = path.rpartition("/")
        listed = self.api.get(f"{group}/namespaces/{self.engine.stack}/{resource}")["items"]
        return [item for item in listed if item["metadata"]["name"] not in _OF_EVERY_NAMESPACE]

    def objects(self) -> set[str]:
        return {
            f"{path.rpartition('/')[2]}/{item['metadata']['name']}"
            for path in _LISTED
            for item in self.items(path)
        }

    def words(self) -> set[str]:
        """Texts of the config maps and the Deployment."""
        [deployment] = self.items(_DEPLOYMENTS)
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        told = {variable["value"] for variable in container["env"]}
        return told | {item["data"]["words"] for item in self.items(_MAPS)}

    def owners(self) -> set[int]:
        """Number of field managers that applied fields of the config maps and the Deployment."""
        return {
            sum(entry["operation"] == "Apply" for entry in item["metadata"]["managedFields"])
            for path in (_MAPS, _DEPLOYMENTS)
            for item in self.items(path)
        }


class KilledAtRefresh(PulumiEngine):
    """Stops at the refresh, as if killed there."""

    def output(self, *arguments: str) -> str:
        if arguments[0] == "refresh":
            raise KeyboardInterrupt
        return super().output(*arguments)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The program's folder, with a control plane that has one node."""
    project = tmp_path_factory.mktemp("interrupted") / "project"
    shutil.copytree(_PROGRAM, project)
    (project / ".venv").symlink_to(_VIRTUALENV)
    (project / "state").mkdir()
    control_plane = LocalControlPlane(project / ".local", install())
    control_plane.start()
    amounts = {"cpu": "64", "memory": "256Gi", "pods": "500"}
    node = Node(
        metadata=ObjectMeta(name="node", labels={"room": "yes"}, annotations=SIMULATED),
        status=NodeStatus(capacity=amounts, allocatable=amounts),
    )
    KubernetesClient(control_plane.kubeconfig).apply(node)
    yield project
    control_plane.remove()


@pytest.fixture
def program(project: Path, request: pytest.FixtureRequest) -> Program:
    kubeconfig = project / ".local" / "kubeconfig"
    environment = install().environment() | {
        "PULUMI_BACKEND_URL": (project / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "TEST_KUBECONFIG": str(kubeconfig),
    }
    stack = re.sub(r"\W|_", "-", request.node.name.removeprefix("test_"))[-60:].strip("-")
    engine = PulumiEngine(project, stack, environment)
    engine.select()
    return Program(engine, DynamicClient(kubeconfig))


def test_repeatedly_killed_update_creates_everything_once(program: Program) -> None:
    program.kill("up", at="creating namespace")
    recover(program.engine)
    for number in range(6):
        program.kill("up", at=f"creating map-{number}", after=number * 0.01)
        recover(program.engine)
    program.up()

    assert program.objects() == _MADE
    program.pulumi("preview", "--expect-no-changes")
    program.configure(words="second")
    program.up()
    assert program.words() == {"second"}
    assert program.owners() == {1}


def test_update_with_a_killed_program_fails_and_the_next_continues(program: Program) -> None:
    with program.begin("up", at="creating map-2") as engine:
        for found in processes(lambda command: command.startswith("python")):
            if found.directory == program.engine.project:
                os.kill(found.pid, signal.SIGKILL)
        assert engine.wait(60) != 0

    recover(program.engine)
    program.up()

    assert program.objects() == _MADE
    assert program.owners() == {1}


def test_resource_that_was_not_created_is_dropped_and_created_later(program: Program) -> None:
    program.configure(home="nowhere")
    program.kill("up", at="creating secret", after=0.5)
    program.configure(home=program.engine.stack)

    assert "dropped Secret secret, which does not exist" in recover(program.engine)
    program.up()

    assert program.objects() == _MADE


def test_unready_deployment_is_awaited_again(program: Program) -> None:
    program.configure(room="none")
    program.kill("up", at="creating server", after=1)
    program.configure(room="yes")

    assert "refreshed Deployment server" in recover(program.engine)
    program.up()

    [deployment] = program.items(_DEPLOYMENTS)
    assert deployment["status"]["readyReplicas"] == 2
    assert program.owners() == {1}


def test_killed_and_reverted_edit_leaves_no_trace(program: Program) -> None:
    program.up()
    program.configure(words="second", room="none")
    program.kill("up", at="updating server", after=0.5)
    assert_taken_back(program)


@pytest.mark.parametrize("times", [1, 2])
def test_interrupted_and_reverted_edit_leaves_no_trace(program: Program, times: int) -> None:
    """The second signal ends the engine immediately; after either signal it forgets what it had begun."""
    program.up()
    program.configure(words="second", room="none")
    with program.begin("up", at="updating server") as engine:
        time.sleep(0.5)
        for _ in range(times):
            engine.send_signal(signal.SIGINT)
            time.sleep(0.5)
        assert engine.wait(60) != 0
    assert_taken_back(program)


def test_killed_destroy_continues_after_a_killed_recovery(program: Program) -> None:
    program.up()
    program.kill("destroy", at="deleting server")
    with pytest.raises(KeyboardInterrupt):
        recover(KilledAtRefresh(program.engine.project, program.engine.stack, program.engine.environment))

    assert recover(program.engine)
    program.pulumi("destroy", "--yes", "--skip-preview")

    assert program.objects() == set()
    assert program.state().get("resources", []) == []


def test_incomplete_attributes_file_is_removed(program: Program) -> None:
    program.up()
    program.checkpoint.with_name(f"{program.checkpoint.name}.attrs").write_text("")

    assert recover(program.engine) == ["removed incomplete state files"]
    assert recover(program.engine) == []
    program.pulumi("preview", "--expect-no-changes")


def test_running_update_is_not_recovered(program: Program) -> None:
    program.configure(room="none")
    with (
        program.begin("up", at="creating server"),
        pytest.raises(RehearsalError, match="is in use by pulumi, process"),
    ):
        recover(program.engine)


def test_recovery_without_work_takes_no_time(program: Program) -> None:
    program.up()
    begun = time.monotonic()

    assert recover(program.engine) == []

    assert time.monotonic() - begun < 0.3


def _name(resource: dict[str, Any]) -> str:
    return resource["urn"].rpartition("::")[2]


def assert_taken_back(program: Program) -> None:
    """Assert that the next update removes every trace of the edit in the cluster."""
    assert program.words() == {"second"}
    program.configure(words="first", room="yes")

    recover(program.engine)
    program.up()

    assert program.words() == {"first"}
    program.pulumi("preview", "--expect-no-changes")
