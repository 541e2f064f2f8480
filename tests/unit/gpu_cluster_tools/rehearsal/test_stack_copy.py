from pathlib import Path

import pytest

from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal.stack_copy import StackCopy, config_path

SITE = """\
# a site of ours
encryptionsalt: v1:salt
secretsprovider: awskms://alias/secrets
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: ~/.kube/site, context: site}
  gpu-cluster:pools:
    gpu: {machine: {cpus: 64, memory: 512Gi, gpu: L40S, gpus: 4}, nodes: 2, labels: {"a.b/c": "on"}}
  gpu-cluster:storage:
    disks: {kind: nfs, server: files, share: /srv, default: true}
  gpu-cluster:serving:
    hubToken:
      secure: v1:nobody:can:read:this
    models:
      chat:
        {model: meta-llama/Llama-3.1-8B-Instruct, pool: gpu, replicas: 2, context: 8192, cache: {size: 40Gi}}
"""


@pytest.fixture
def original(tmp_path: Path) -> Path:
    file = tmp_path / "Pulumi.site.yaml"
    file.write_text(SITE)
    return file


@pytest.fixture
def copy(tmp_path: Path, original: Path) -> StackCopy:
    copy = StackCopy(tmp_path / "Pulumi.copy.yaml")
    copy.take(original, kubeconfig=".local/kubeconfig")
    return copy


def test_copy_is_the_original_stack_on_another_cluster(copy: StackCopy, original: Path) -> None:
    mine, theirs = load(copy.path), load(original)

    assert copy.get(("config", "gpu-cluster:cluster")) == {
        "provider": "existing",
        "kubeconfig": ".local/kubeconfig",
    }
    assert (mine.pools, mine.storage, mine.serving.models) == (
        theirs.pools,
        theirs.storage,
        theirs.serving.models,
    )
    assert original.read_text() == SITE


def test_encrypted_values_are_replaced(tmp_path: Path, original: Path) -> None:
    copy = StackCopy(tmp_path / "Pulumi.copy.yaml")

    left_out = copy.take(original, kubeconfig="k")

    assert left_out == [("config", "gpu-cluster:serving", "hubToken")]
    assert config_path(left_out[0]) == 'gpu-cluster:serving["hubToken"]'
    words = set(copy.path.read_text().replace(":", " ").split())
    assert not {"nobody", "encryptionsalt", "awskms"} & words
    assert copy.get(("config", "gpu-cluster:serving", "hubToken", "secure")) not in (
        None,
        "v1:nobody:can:read:this",
    )


def test_gated_model_keeps_the_file_valid_without_its_token(copy: StackCopy) -> None:
    assert load(copy.path).serving.hub_token is not None


def test_team_file_is_copied_with_its_environment(tmp_path: Path, original: Path) -> None:
    with_team = original.read_text() + '  gpu-cluster:teams: {vision: {members: ["group:vision"]}}\n'
    (tmp_path / "Pulumi.site.yaml").write_text(with_team)
    team = tmp_path / "Pulumi.site-vision.yaml"
    team.write_text(
        "config:\n  gpu-cluster:team: {environment: site, name: vision, kubeconfig: k, context: vision}\n"
    )
    copy = StackCopy(tmp_path / "Pulumi.copy.yaml")

    copy.take(team, kubeconfig=".local/teams/vision.kubeconfig")

    assert copy.get(("config", "gpu-cluster:team")) == {
        "environment": "site",
        "name": "vision",
        "kubeconfig": ".local/teams/vision.kubeconfig",
    }
    assert copy.put(("config", "gpu-cluster:services"), {"gate": {"image": "caddy:2.10.2", "port": 8080}})
    assert not copy.put(("config", "gpu-cluster:services", "gate", "port"), 80)


def test_value_is_written_only_if_the_file_stays_valid(copy: StackCopy) -> None:
    replicas = ("config", "gpu-cluster:serving", "models", "chat", "replicas")

    assert copy.put(replicas, 3)
    assert load(copy.path).serving.models["chat"].replicas.min == 3

    assert not copy.put(replicas, 300)
    assert copy.get(replicas) == 3


def test_value_is_written_into_a_new_section(copy: StackCopy) -> None:
    assert copy.put(("config", "gpu-cluster:registry", "mirror"), "harbor.example.com/mirror")

    assert copy.get(("config", "gpu-cluster:registry")) == {"mirror": "harbor.example.com/mirror"}
    assert copy.get(("config", "gpu-cluster:registry", "no", "such")) is None
