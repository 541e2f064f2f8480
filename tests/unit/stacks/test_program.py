import json
import runpy
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest

from gpu_cluster.plan import Graph, plan_of
from tests.unit.graph import graph_of

PROGRAM = Path(__file__).parents[3] / "stacks" / "__main__.py"
SITE = """
config:
  gpu-cluster:cluster: {{provider: existing, kubeconfig: site.yaml}}
  gpu-cluster:pools:
    l4: {{machine: {{cpus: 16, memory: 64Gi, gpu: L4, gpus: 1}}, nodes: 1, labels: {{rack: r1}}}}
  gpu-cluster:storage:
    disk: {{kind: local-path, default: true}}
  gpu-cluster:serving:
    {token}
    models:
      chat: {{model: org/model, pool: l4, replicas: 1, context: 4096, cache: {{size: 40Gi}}}}
"""

GRANTED = (
    SITE.format(token="")
    + """\
  gpu-cluster:teams:
    vision: {gpus: {l4: 1}, members: [vision]}
"""
)
VISION = """
config:
  gpu-cluster:team: {environment: site, name: vision}
  gpu-cluster:hubToken: {secure: v1:abc}
  gpu-cluster:models:
    detect: {model: org/model, pool: l4, replicas: 1, context: 4096, cache: {size: 40Gi}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the program, the stack `site` and its kubeconfig."""
    (tmp_path / "stacks").mkdir()
    shutil.copy(PROGRAM, tmp_path / "stacks")
    write(tmp_path, SITE.format(token=""))
    (tmp_path / "site.yaml").touch()
    monkeypatch.setattr(pulumi, "get_stack", lambda: "site")
    yield tmp_path
    pulumi.runtime.set_all_config({})


def write(project: Path, stack: str, name: str = "site") -> None:
    (project / "stacks" / f"Pulumi.{name}.yaml").write_text(stack)


def run(project: Path, answers: Mapping[str, Mapping[str, Any]] | None = None) -> Graph:
    return graph_of(lambda: runpy.run_path(str(project / "stacks" / "__main__.py")), answers)


def test_the_stack_file_becomes_a_platform(project: Path) -> None:
    graph = run(project)
    assert graph.only("Platform").name == "platform"
    assert graph.only("kubernetes")["kubeconfig"] == str(project / "site.yaml")
    assert "chat" in {it["metadata.name"] for it in graph.of("Deployment")}


def test_a_wrong_stack_file_ends_it_with_the_errors(project: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(project, SITE.format(token="").replace("pool: l4", "pol: l4"))
    with pytest.raises(SystemExit) as ended:
        run(project)
    said = caplog.text
    assert ended.value.code == 32  # pulumi-language-python-exec: the message has been shown
    assert said.count("did you mean 'pool'") == 1
    assert "Traceback" not in said


def test_a_cluster_that_cannot_be_reached_ends_it_too(
    project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (project / "site.yaml").unlink()
    with pytest.raises(SystemExit):
        run(project)
    assert "site.yaml does not exist" in caplog.text


def test_the_token_of_the_hub_stays_a_secret(project: Path) -> None:
    write(project, SITE.format(token="hubToken: {secure: v1:abc}"))
    pulumi.runtime.set_all_config(
        {"gpu-cluster:serving": json.dumps({"hubToken": "hf_secret"})}, ["gpu-cluster:serving"]
    )
    secret = run(project).only("Secret")
    assert secret["stringData"] == {"token": "hf_secret"}
    assert secret.secrets == {"stringData"}


def test_the_file_of_a_team_becomes_what_it_runs_on_the_environment_as_that_is(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, GRANTED.replace("nodes: 1", "nodes: 2"))
    write(project, VISION, "site-vision")
    monkeypatch.setattr(pulumi, "get_stack", lambda: "site-vision")
    pulumi.runtime.set_all_config({"gpu-cluster:hubToken": "hf_secret"}, ["gpu-cluster:hubToken"])

    graph = run(project, {"StackReference": {"outputs": plan_of(project, "site").outputs}})

    assert graph.only("index:Team").name == "team"
    assert graph.only("Deployment")["metadata.name"] == "detect"
    assert graph.only("Secret")["stringData"] == {"token": "hf_secret"}
    assert graph.only("Secret").secrets == {"stringData"}
