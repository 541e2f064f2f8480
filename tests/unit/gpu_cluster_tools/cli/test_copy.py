from pathlib import Path

import pytest
from typer.testing import CliRunner

from gpu_cluster.stack import load
from gpu_cluster_tools.cli.app import app

SITE = """config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: ~/.kube/site-1.yaml}
  gpu-cluster:pools:
    box:
      machine: {cpus: 16, memory: 64Gi, gpu: L4, gpus: 1}
      nodes: 1
      labels: {kubernetes.io/hostname: site-1}
"""


@pytest.fixture
def stacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Pulumi.yaml").touch()
    folder = tmp_path / "stacks"
    folder.mkdir()
    (folder / "Pulumi.site-1.yaml").write_text(SITE)
    monkeypatch.chdir(tmp_path)
    return folder


def test_a_copy_is_the_file_with_the_new_name_and_names_each_changed_line(stacks: Path) -> None:
    done = CliRunner().invoke(app, ["copy", "site-1", "site-2"])

    assert done.exit_code == 0, done.output
    made = load(stacks / "Pulumi.site-2.yaml")
    assert made.pools["box"].labels == {"kubernetes.io/hostname": "site-2"}
    assert "  2: gpu-cluster:cluster: {provider: existing, kubeconfig: ~/.kube/site-2.yaml}\n" in done.output
    assert done.output.endswith("next: gpu-cluster check site-2\n")


def test_an_invalid_copy_is_taken_back(stacks: Path) -> None:
    done = CliRunner().invoke(app, ["copy", "site-1", "site-2", "--replace", "L4=L5"])

    assert done.exit_code != 0
    assert not (stacks / "Pulumi.site-2.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["site-1", "site-1", "--force"], "choose another name"),
        (["site-1", "Site_2"], "expected lower-case letters"),
        (["site-1", "site-2", "--replace", "nas-1=nas-2"], "site-1 has no nas-1"),
        (["site-1", "site-2", "--replace", "nas-1"], "expected OLD=NEW"),
    ],
)
def test_wrong_arguments_write_nothing(stacks: Path, arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(app, ["copy", *arguments])

    assert done.exit_code == 2
    assert message in " ".join(done.output.replace("│", " ").split())
    assert [it.name for it in stacks.iterdir()] == ["Pulumi.site-1.yaml"]
