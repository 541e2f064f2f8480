"""Location of a stack's state and kubeconfig."""

from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.rehearsal import PulumiEngine
from gpu_cluster_tools.toolchain import Toolchain, ToolchainError

ON_AWS = """\
config:
  aws:region: eu-central-1
  gpu-cluster:cluster:
    provider: eks
    account: "123456789012"
    version: "1.35"
    access: {ops: {principal: "arn:aws:iam::123456789012:role/ops", policy: cluster-admin}}
  gpu-cluster:network: {zones: [eu-central-1a, eu-central-1b]}
  gpu-cluster:pools: {system: {instance: m7i.xlarge, nodes: 2}}
  gpu-cluster:registry: {mirrors: []}
"""


def _empty(_: Toolchain) -> dict[str, str]:
    return {}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunningProject:
    (tmp_path / "Pulumi.yaml").write_text("name: p\n")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.dev.yaml").write_text(ON_AWS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Toolchain, "environment", _empty)
    return RunningProject.here()


def test_state_of_an_aws_platform_uses_the_users_backend(project: RunningProject) -> None:
    environment = project.engine("dev", project.stack("dev"), Toolchain({})).environment

    assert "PULUMI_BACKEND_URL" not in environment
    assert not (project.folder / ".local").exists()


def test_kubeconfig_of_an_aws_cluster_comes_from_stack_outputs(
    project: RunningProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    used: list[Path] = []

    def output(_: PulumiEngine, *arguments: str) -> str:
        asked.append(arguments)
        return '{"kind": "Config"}\n'

    def cluster(kubeconfig: Path, *_: Any) -> None:
        used.append(kubeconfig)

    monkeypatch.setattr(PulumiEngine, "output", output)
    monkeypatch.setattr("gpu_cluster_tools.cli.running.KubernetesClient", cluster)
    monkeypatch.setattr("gpu_cluster_tools.cli.running.ready_engine", lambda: Toolchain({}))

    project.cluster("dev", project.stack("dev"))

    assert asked == [("stack", "output", "kubeconfig", "--stack", "dev")]
    assert used == [project.folder / ".local" / "dev.kubeconfig"]
    assert used[0].read_text() == '{"kind": "Config"}\n'


def test_cluster_access_never_builds_the_engine(
    project: RunningProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_built() -> dict[str, None]:
        return {"pulumi": None, "pulumi-language-python-exec": None}

    def built(*_: Any, **__: Any) -> None:
        pytest.fail("the engine was built")

    monkeypatch.setattr("gpu_cluster_tools.toolchain.toolchain.present", none_built)
    monkeypatch.setattr("gpu_cluster_tools.toolchain.toolchain._engine", built)

    with pytest.raises(ToolchainError, match="are not built, and this command is read-only"):
        project.cluster("dev", project.stack("dev"))
