import json
from typing import Any

import pytest

from gpu_cluster.aws.ecr import EcrRegistry
from gpu_cluster.config.registry import RegistrySettings
from gpu_cluster.images import DEVICE_PLUGIN, ON_EKS, VLLM
from gpu_cluster.plan import Graph, Registered
from tests.unit.graph import graph_of

ACCOUNT, REGION = "123456789012", "eu-central-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
HUB_SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ecr-pullthroughcache/docker-hub-x7Kd2p"


def made(*, protect: bool = True, **settings: Any) -> Graph:
    chosen = RegistrySettings.model_validate(settings)
    return graph_of(
        lambda: EcrRegistry(
            "r", chosen, account=ACCOUNT, region=REGION, key=KEY, images=ON_EKS, protect=protect
        )
    )


def repository(graph: Graph, path: str) -> Registered:
    [found] = [it for it in graph.of("ecr:repository:Repository") if it["name"] == path]
    return found


def document(resource: Registered, key: str = "policy") -> dict[str, Any]:
    return json.loads(resource[key])


def test_every_platform_image_has_a_repository() -> None:
    paths = {it["name"] for it in made().of("ecr:repository:Repository")}

    assert paths == {image.repository for image in ON_EKS}
    assert {"nvcr.io/nvidia/k8s-device-plugin", "docker.io/vllm/vllm-openai"} <= paths


@pytest.mark.parametrize("path", [DEVICE_PLUGIN.repository, "vision"])
def test_every_repository_is_encrypted_and_scanned_with_immutable_tags(path: str) -> None:
    found = repository(made(repositories={"vision": {}}), path)

    assert found["imageTagMutability"] == "IMMUTABLE"
    assert found["imageScanningConfiguration"] == {"scanOnPush": True}
    assert found["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": KEY}]


def test_lifecycle_policy_expires_old_and_untagged_images() -> None:
    graph = made(keep_images=20, untagged_days=3, repositories={"vision": {"keep_images": 5}})
    expiry = {it["repository"]: document(it)["rules"] for it in graph.of("LifecyclePolicy")}

    untagged, beyond = (rule["selection"] for rule in expiry["vision"])
    assert (untagged["tagStatus"], untagged["countNumber"]) == ("untagged", 3)
    assert (beyond["tagStatus"], beyond["countNumber"]) == ("any", 5)
    assert [rule["selection"]["countNumber"] for rule in expiry[VLLM.repository]] == [3, 20]


def test_lifecycle_policy_is_deleted_before_it_is_replaced() -> None:
    """AWS identifies the policy by its repository: deleting the old one last would delete the new one."""
    assert all(it.deleted_before_replaced for it in made().of("LifecyclePolicy"))


def test_cache_repository_does_not_expire_untagged_images() -> None:
    graph = made(mirrors={"quay"}, repositories={"quay.io/jupyter/base-notebook": {"keep_images": 4}})
    expiry = {it["repository"]: document(it)["rules"] for it in graph.of("LifecyclePolicy")}

    [beyond] = (rule["selection"] for rule in expiry["quay.io/jupyter/base-notebook"])
    assert (beyond["tagStatus"], beyond["countNumber"]) == ("any", 4)


def test_repository_of_a_platform_image_accepts_own_settings() -> None:
    graph = made(repositories={VLLM.repository: {"keep_images": 4}})
    [expiry] = [it for it in graph.of("LifecyclePolicy") if it["repository"] == VLLM.repository]

    assert document(expiry)["rules"][-1]["selection"]["countNumber"] == 4


def test_repositories_are_protected_and_retained_by_default() -> None:
    for each in made(repositories={"vision": {}}).of("ecr:repository:Repository"):
        assert (each.protected, each.retained, each["forceDelete"]) == (True, True, False)


def test_repositories_are_deleted_with_images_without_protection() -> None:
    graph = made(protect=False, repositories={"vision": {}})

    for each in graph.of("ecr:repository:Repository"):
        assert (each.protected, each.retained, each["forceDelete"]) == (False, False, True)


def test_pull_through_cache_prefix_is_the_registry_host() -> None:
    graph = made(mirrors={"docker-hub", "k8s"}, credentials={"docker-hub": HUB_SECRET})
    caches = {it["ecrRepositoryPrefix"]: it for it in graph.of("PullThroughCacheRule")}

    assert {path: it["upstreamRegistryUrl"] for path, it in caches.items()} == {
        "docker.io": "registry-1.docker.io",
        "registry.k8s.io": "registry.k8s.io",
    }
    assert caches["docker.io"]["credentialArn"] == HUB_SECRET
    assert "credentialArn" not in caches["registry.k8s.io"].inputs


def test_cache_repositories_get_encryption_immutable_tags_and_expiry() -> None:
    graph = made(mirrors={"quay"})
    template, cache = graph.only("RepositoryCreationTemplate"), graph.only("PullThroughCacheRule")

    assert template["prefix"] == cache["ecrRepositoryPrefix"] == "quay.io"
    assert template["appliedFors"] == ["PULL_THROUGH_CACHE"]
    assert template["imageTagMutability"] == "IMMUTABLE"
    assert template["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": KEY}]
    assert document(template, "lifecyclePolicy")["rules"]
    assert graph.waits_for(cache, template)


def test_registry_prefix_precedes_repositories_and_caches() -> None:
    graph = made(prefix="dev", mirrors={"quay"}, repositories={"vision": {}})

    assert all(it["name"].startswith("dev/") for it in graph.of("ecr:repository:Repository"))
    assert graph.only("PullThroughCacheRule")["ecrRepositoryPrefix"] == "dev/quay.io"
    [outputs] = [graph.outputs[it.urn] for it in graph.of("EcrRegistry")]
    assert outputs["mirror"] == f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/dev"


def test_external_mirror_replaces_caches_and_copies() -> None:
    graph = made(mirror="harbor.example.com/mirror", repositories={"vision": {}})

    assert [it["name"] for it in graph.of("ecr:repository:Repository")] == ["vision"]
    assert not graph.of("PullThroughCacheRule")
    [outputs] = [graph.outputs[it.urn] for it in graph.of("EcrRegistry")]
    assert outputs["mirror"] == "harbor.example.com/mirror"


def test_repository_policy_allows_only_configured_readers_and_writers() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/ci"
    graph = made(repositories={"vision": {"readers": {"210987654321"}, "writers": {role}}, "chat": {}})

    policy = graph.only("RepositoryPolicy")
    assert policy["repository"] == "vision"
    pull, push = document(policy)["Statement"]
    assert pull["Principal"] == {"AWS": ["arn:aws:iam::210987654321:root"]}
    assert "ecr:PutImage" not in pull["Action"]
    assert push["Principal"] == {"AWS": [role]}
    assert "ecr:PutImage" in push["Action"]


def test_enhanced_scanning_is_set_for_the_account_and_retained() -> None:
    scanning = made().only("RegistryScanningConfiguration")

    assert scanning["scanType"] == "ENHANCED"
    assert scanning["rules.0.repositoryFilters"] == [{"filter": "*", "filterType": "WILDCARD"}]
    assert scanning.retained


def test_basic_scanning_creates_no_account_setting() -> None:
    assert not made(scanning="basic").of("RegistryScanningConfiguration")


def test_only_custom_repositories_are_replicated() -> None:
    graph = made(replicate={"eu-west-1", "eu-north-1"}, prefix="prod", repositories={"vision": {}})

    [rule] = graph.only("ReplicationConfiguration")["replicationConfiguration"]["rules"]
    assert [it["region"] for it in rule["destinations"]] == ["eu-north-1", "eu-west-1"]
    assert rule["repositoryFilters"] == [{"filter": "prod/vision", "filterType": "PREFIX_MATCH"}]


def test_replicas_in_other_regions_are_encrypted_with_immutable_tags() -> None:
    graph = made(replicate={"eu-west-1"}, prefix="prod", repositories={"vision": {}})
    [template] = graph.of("RepositoryCreationTemplate")

    assert (template["region"], template["prefix"]) == ("eu-west-1", "prod")
    assert template["appliedFors"] == ["REPLICATION"]
    assert template["imageTagMutability"] == "IMMUTABLE"
    assert template["encryptionConfigurations"] == [{"encryptionType": "KMS"}]
    resources = document(graph.only("RolePolicy"))["Statement"][0]["Resource"]
    assert f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/prod/*" in resources
