from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gpu_cluster_tools.cli.up import up
from gpu_cluster_tools.rehearsal import (
    Changes,
    ClusterInventory,
    LocalControlPlane,
    PulumiEngine,
    RehearsalError,
    Replica,
    local_state,
)
from gpu_cluster_tools.toolchain import Toolchain

STACK = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools: {system: {instance: m7i.large, nodes: 1}}
"""


def answer(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value  # pyright: ignore[reportUnknownLambdaType]


NODES = SimpleNamespace(nodes=list)
"""A cluster that answers, without nodes."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose cluster and engine accept everything."""
    (tmp_path / "Pulumi.yaml").write_text("name: p\n")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.local.yaml").write_text(STACK)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gpu_cluster_tools.cli.up.install", answer(Toolchain({})))
    monkeypatch.setattr("gpu_cluster_tools.cli.up.KubernetesClient", answer(None))
    monkeypatch.setattr("gpu_cluster_tools.cli.up.reconcile", answer(Changes((), (), ())))
    monkeypatch.setattr("gpu_cluster_tools.cli.up.removed_models", answer([]))
    monkeypatch.setattr("gpu_cluster_tools.cli.up.show", answer(None))
    monkeypatch.setattr(Toolchain, "environment", answer({}))
    monkeypatch.setattr(PulumiEngine, "run", answer(None))
    monkeypatch.setattr(PulumiEngine, "select", answer(None))
    return tmp_path


@pytest.mark.parametrize("new", [True, False])
def test_state_is_deleted_if_the_local_control_plane_is_new(
    project: Path, new: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_state(project)
    written = project / ".local" / "state" / "written-before"
    written.touch()
    monkeypatch.setattr(LocalControlPlane, "start", answer(new))

    up("local")

    assert written.exists() is not new


@pytest.mark.parametrize("reachable", [True, False])
def test_failed_update_says_why_pods_are_not_ready(
    project: Path, reachable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failed(*_: object) -> None:
        raise RehearsalError("pulumi up failed with exit code 255; see the output above")

    def found(*_: object) -> ClusterInventory:
        if not reachable:
            raise OSError("connection refused")
        reason = "cannot pull harbor.example.com/a:1: harbor.example.com rejects the login"
        return ClusterInventory((), (Replica("chat", "chat-1", "l4-0", ready=False, reason=reason),))

    file = project / "stacks" / "Pulumi.site.yaml"
    file.write_text(STACK.replace("local", "existing").replace("m7i.large", "g6.4xlarge"))
    monkeypatch.setattr("gpu_cluster_tools.cli.running.RunningProject.cluster", answer(NODES))
    monkeypatch.setattr("gpu_cluster_tools.cli.up.found_in", found)
    monkeypatch.setattr("gpu_cluster_tools.cli.up.recover", answer([]))
    monkeypatch.setattr("gpu_cluster_tools.cli.up.refuse_takeover", answer(None))
    monkeypatch.setattr(PulumiEngine, "run", failed)

    with pytest.raises(RehearsalError) as error:
        up("site")

    assert str(error.value).startswith("pulumi up failed with exit code 255")
    assert ("cannot pull harbor.example.com/a:1" in str(error.value)) is reachable
