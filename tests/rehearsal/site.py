"""A stack named `site` for tests: in its own sandbox, or as the nodes of a cluster."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gpu_cluster.capacity import pools_of
from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal import (
    KubernetesClient,
    LocalControlPlane,
    Sandbox,
    copy_project,
    reconcile,
)
from gpu_cluster_tools.rehearsal.engine.event_log import Operation
from gpu_cluster_tools.rehearsal.engine.run_pulumi import run_pulumi
from gpu_cluster_tools.rehearsal.stack_tools import tools_of
from gpu_cluster_tools.toolchain import Tool, install
from tests.rehearsal.checkout import PROJECT


@contextmanager
def site_sandbox(folder: Path, stack: str, *also: Tool) -> Generator[Sandbox]:
    """An open sandbox with the stack and its tools, and the tools in `also`."""
    project = copy_project(PROJECT, folder / "project", {"site": stack})
    tools = tools_of(load(project / "stacks" / "Pulumi.site.yaml"))
    sandbox = Sandbox(project, "site", install(also=[*tools, *also]))
    try:
        sandbox.open()
        yield sandbox
    finally:
        sandbox.remove()


def run(sandbox: Sandbox, command: str) -> list[Operation]:
    """Changing operations of an engine run, which must have no errors."""
    record = sandbox.folder / "runs" / command
    done = run_pulumi(sandbox.engine, command, "--yes", "--skip-preview", record=record)
    assert done.errors == []
    return done.log.changing()


@contextmanager
def site_with_nodes(folder: Path, stack: str) -> Generator[Path]:
    """A folder with the kubeconfig of a cluster that has the nodes of the stack, and no platform."""
    control_plane = LocalControlPlane(folder, install())
    control_plane.start()
    try:
        (folder / "Pulumi.site.yaml").write_text(stack)
        reconcile(KubernetesClient(folder / "kubeconfig"), pools_of(load(folder / "Pulumi.site.yaml")))
        yield folder
    finally:
        control_plane.remove()
