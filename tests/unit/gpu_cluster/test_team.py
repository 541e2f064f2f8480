"""Resources of a team's stack, all within its namespace."""

import json
from typing import Any

import pulumi
import pytest

from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.environment_outputs import EnvironmentOutputs
from gpu_cluster.plan import Graph
from gpu_cluster.stack import load_any
from gpu_cluster.team import Team
from gpu_cluster.team_cluster import team_backend_for
from tests.unit.gpu_cluster.stack.corpus import PROJECT, STACKS, TEAMS_OWN
from tests.unit.graph import graph_of
from tests.unit.platforms import team_of

MIRROR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def stack(name: str) -> TeamStack:
    found = load_any(STACKS / f"teams/happy-{name}.yaml")
    assert isinstance(found, TeamStack)
    return found


def everything() -> Graph:
    graph, _ = team_of(stack("everything"), hub_token=pulumi.Output.secret("token"))
    return graph


def pod(graph: Graph, name: str) -> dict[str, Any]:
    return graph.get("Deployment", name)["spec.template.spec"]


def test_team_objects_are_in_the_namespace_of_the_team() -> None:
    for path in TEAMS_OWN:
        team = load_any(path)
        assert isinstance(team, TeamStack)
        graph, _ = team_of(team)
        objects = [it for it in graph.resources if it.type.startswith("kubernetes:")]
        assert objects
        assert {it["metadata.namespace"] for it in objects} == {"vision"}


def test_team_objects_use_the_kubernetes_provider_of_the_team() -> None:
    graph = everything()

    provider = graph.only("providers:kubernetes")

    assert (provider["namespace"], provider["kubeconfig"]) == ("vision", "{}")
    objects = [it for it in graph.resources if it.type.startswith("kubernetes:")]
    assert {it.provider.partition("::team-kubernetes")[1] for it in objects} == {"::team-kubernetes"}


def test_team_mirror_job_runs_before_its_servers() -> None:
    graph, _ = team_of(stack("weights-mirrored"))

    job, server = graph.only("Job"), graph.get("Deployment", "detect")
    assert job["metadata.namespace"] == "vision"
    assert graph.waits_for(job, graph.get("PersistentVolumeClaim", "weights"))
    assert graph.waits_for(server, job)
    assert "tolerations" not in job["spec.template.spec"]
    [image] = [it["image"] for it in job["spec.template.spec.containers"]]
    assert image.startswith(f"{MIRROR}/docker.io/library/python:")


def test_team_gpu_pods_have_the_priority_class_of_their_pool() -> None:
    graph = everything()

    assert pod(graph, "detect")["priorityClassName"] == "gpu-l4"
    assert pod(graph, "ranker")["priorityClassName"] == "gpu-a100"
    assert pod(graph, "ranker")["nodeSelector"] == {"gpu-cluster/pool": "a100"}
    assert "priorityClassName" not in pod(graph, "gateway")


def test_team_update_needs_no_extra_gpu() -> None:
    update = everything().get("Deployment", "detect")["spec.strategy.rollingUpdate"]
    assert update == {"maxSurge": 0, "maxUnavailable": 1}


def test_team_images_come_from_its_repositories_or_the_caches() -> None:
    graph = everything()

    [own] = pod(graph, "gateway")["containers"]
    [model] = pod(graph, "detect")["containers"]

    assert own["image"] == f"{MIRROR}/vision/gateway:1.4.2"
    assert model["image"].startswith(f"{MIRROR}/docker.io/vllm/vllm-openai:")


def test_team_service_mounts_volumes_and_stores_and_uses_the_team_role() -> None:
    gateway = pod(everything(), "gateway")

    assert gateway["serviceAccountName"] == "aws"
    [container] = gateway["containers"]
    mounts = {it["name"]: it["mountPath"] for it in container["volumeMounts"]}
    assert mounts == {"tmp": "/tmp", "spool": "/var/spool/gateway", "models": "/mnt/models"}
    claims = {it["name"]: it.get("persistentVolumeClaim") for it in gateway["volumes"]}
    assert claims["models"] == {"claimName": "models"}


def test_team_repositories_are_encrypted_with_the_environment_key() -> None:
    graph = everything()

    repositories = {it["name"]: it for it in graph.of("ecr:repository:Repository")}

    assert repositories.keys() == {"vision/gateway", "vision/ranker"}
    encrypted = repositories["vision/gateway"]["encryptionConfigurations"]
    assert encrypted == [{"encryptionType": "KMS", "kmsKey": "arn:aws:kms:::key/registry"}]
    tags = json.loads(graph.only("providers:aws")["defaultTags"])["tags"]
    assert tags["gpu-cluster/team"] == "cloud/vision"


def test_team_hub_token_is_a_secret() -> None:
    secret = everything().only("v1:Secret")
    assert secret["metadata"]["name"] == "hub-token"
    assert "stringData" in secret.secrets


def test_team_hub_token_secret_is_owned_by_a_config_map() -> None:
    graph = everything()
    secret = graph.get("v1:Secret", "hub-token")
    assert secret.retained
    assert not graph.get("v1:ConfigMap", "hub-token").retained
    assert secret["metadata"]["ownerReferences"] == [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": "hub-token", "uid": "team-hub-token-owner-uid"}
    ]


def test_team_outputs_urls_of_services_and_models() -> None:
    _, outputs = team_of(stack("everything"))

    assert outputs["services"]["gateway"]["url"] == "http://gateway.vision.svc.cluster.local:8080"
    assert outputs["models"]["detect"]["url"] == "http://detect.vision.svc.cluster.local:8000/v1"
    assert outputs["repositories"].keys() == {"vision/gateway", "vision/ranker"}


@pytest.mark.parametrize(
    ("teams", "message"),
    [
        (None, "cloud has no team vision yet; run `gpu-cluster up cloud` first"),
        ({"vision": {"namespace": "vision"}}, "cloud is deployed with another grant of team vision"),
    ],
)
def test_environment_with_another_grant_raises_run_error(teams: Any, message: str) -> None:
    team = stack("everything")
    environment = EnvironmentOutputs("cloud", teams=teams, kubeconfig="{}")

    with pytest.raises(pulumi.RunError, match=message):
        graph_of(
            lambda: Team("team", team, backend=team_backend_for(team, PROJECT), environment=environment),
        )
