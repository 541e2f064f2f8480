"""Source of a resource in the stack file: the key that determines it, or its nearest parent."""

from functools import cache
from pathlib import Path

import pytest

from gpu_cluster.plan import plan_of
from gpu_cluster.stack.document import read
from gpu_cluster_policies import Finding, pack_of
from gpu_cluster_policies.plan_adapter import resources_of
from gpu_cluster_policies.source_map import SourceMap

PROJECT = Path(__file__).parents[3]
RULE = next(iter(pack_of("prod").rules.values()))


@cache
def _found(stack: str) -> tuple[SourceMap, dict[str, Finding]]:
    plan = plan_of(PROJECT, stack)
    resources = resources_of(plan.graph)
    findings = {it.label + it.kind: Finding(RULE, it.address, "", "", "", it) for it in resources}
    return SourceMap(plan, PROJECT), findings


def _place(name: str, kind: str, path: str, stack: str = "prod") -> str:
    origins, findings = _found(stack)
    judged = findings[name + kind].judged
    return str(origins.of(Finding(RULE, judged.address, path, "", "", judged)))


def _line(*keys: str, stack: str = "prod") -> int:
    document, known = read(PROJECT / "stacks" / f"Pulumi.{stack}.yaml"), ("config", *keys)
    assert document.node(known), keys
    return document.line(known)


@pytest.mark.parametrize(
    ("name", "kind", "path", "key", "at"),
    [
        (
            "platform-serving-chat-replicas",
            "Deployment",
            "spec.replicas",
            "gpu-cluster:serving.models.chat.replicas",
            ("gpu-cluster:serving", "models", "chat", "replicas"),
        ),
        (
            "platform-serving-large-replicas",
            "Deployment",
            "spec.template.spec.containers[0].image",
            "gpu-cluster:serving.models.large",
            ("gpu-cluster:serving", "models", "large"),
        ),
        (
            "platform-nodes-h100",
            "aws:eks/nodeGroup:NodeGroup",
            "instanceTypes[0]",
            "gpu-cluster:pools.h100.instance",
            ("gpu-cluster:pools", "h100", "instance"),
        ),
        (
            "platform-nodes-l4",
            "aws:eks/nodeGroup:NodeGroup",
            "taints",
            "gpu-cluster:pools.l4.taints",
            ("gpu-cluster:pools", "l4"),
        ),
        ("platform-gpu-l40s", "DaemonSet", "", "gpu-cluster:pools.l40s", ("gpu-cluster:pools", "l40s")),
        (
            "platform-stores-models-bucket",
            "aws:s3/bucket:Bucket",
            "bucket",
            "gpu-cluster:storage.models",
            ("gpu-cluster:storage", "models"),
        ),
        (
            "platform-stores-backups-home",
            "aws:backup/plan:Plan",
            "rules",
            "gpu-cluster:storage.home",
            ("gpu-cluster:storage", "home"),
        ),
        (
            "platform-registry-apps/gateway-repository",
            "aws:ecr/repository:Repository",
            "imageTagMutability",
            'gpu-cluster:registry.repositories["apps/gateway"]',
            ("gpu-cluster:registry", "repositories", "apps/gateway"),
        ),
        (
            "platform-cluster-access-on-call-entry",
            "aws:eks/accessEntry:AccessEntry",
            "principalArn",
            "gpu-cluster:cluster.access.on-call",
            ("gpu-cluster:cluster", "access", "on-call"),
        ),
        (
            "platform-cluster",
            "aws:eks/cluster:Cluster",
            "vpcConfig.endpointPublicAccess",
            "gpu-cluster:cluster.endpoint",
            ("gpu-cluster:cluster", "endpoint"),
        ),
        (
            "platform-keys-logs",
            "aws:kms/key:Key",
            "enableKeyRotation",
            "gpu-cluster:cluster.logs",
            ("gpu-cluster:cluster", "logs"),
        ),
        ("platform-aws", "pulumi:providers:aws", "region", "aws:region", ("aws:region",)),
        (
            "platform-aws",
            "pulumi:providers:aws",
            "defaultTags.tags",
            "gpu-cluster:tags",
            ("gpu-cluster:tags",),
        ),
    ],
)
def test_finding_has_the_stack_file_key_that_determines_it(
    name: str, kind: str, path: str, key: str, at: tuple[str, ...]
) -> None:
    assert _place(name, kind, path) == f"stacks/Pulumi.prod.yaml:{_line(*at)} {key}"


REPOSITORY = "aws:ecr/repository:Repository"
GATEWAY = 'gpu-cluster:repositories["vision/gateway"]'


@pytest.mark.parametrize(
    ("name", "kind", "path", "key", "file", "at"),
    [
        (
            "team-detect-replicas",
            "Deployment",
            "spec.template.spec.nodeSelector",
            "gpu-cluster:models.detect.pool",
            "prod-vision",
            ("gpu-cluster:models", "detect", "pool"),
        ),
        (
            "team-vision/gateway-repository",
            REPOSITORY,
            "imageTagMutability",
            GATEWAY,
            "prod-vision",
            ("gpu-cluster:repositories", "vision/gateway"),
        ),
        (
            "team-kubernetes",
            "pulumi:providers:kubernetes",
            "kubeconfig",
            "gpu-cluster:team",
            "prod-vision",
            ("gpu-cluster:team",),
        ),
        (
            "team-aws",
            "pulumi:providers:aws",
            "defaultTags.tags",
            "gpu-cluster:tags",
            "prod",
            ("gpu-cluster:tags",),
        ),
        ("team-aws", "pulumi:providers:aws", "region", "aws:region", "prod", ("aws:region",)),
        # A key that neither file sets belongs to the environment's file, below `config:`.
        ("team-vision/gateway-repository", REPOSITORY, "forceDelete", "gpu-cluster:protect", "prod", ()),
    ],
)
def test_team_finding_is_in_the_file_whose_key_determines_it(
    name: str, kind: str, path: str, key: str, file: str, at: tuple[str, ...]
) -> None:
    at_key = f"stacks/Pulumi.{file}.yaml:{_line(*at, stack=file)} {key}"
    assert _place(name, kind, path, "prod-vision") == at_key


def test_every_resource_maps_to_a_section_of_the_stack_file() -> None:
    origins, findings = _found("prod")
    sections = {origins.of(finding).key.partition(".")[0] for finding in findings.values()}

    assert sections == {
        "gpu-cluster:budget",
        "gpu-cluster:cluster",
        "gpu-cluster:network",
        "gpu-cluster:pools",
        "gpu-cluster:registry",
        "gpu-cluster:serving",
        "gpu-cluster:storage",
        "gpu-cluster:teams",
    }


def test_a_finding_in_an_object_of_manifests_is_at_its_own_line(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "stacks").mkdir(parents=True)
    (project / "stacks" / "Pulumi.site.yaml").write_text(
        "config:\n"
        "  gpu-cluster:cluster: {provider: existing}\n"
        "  gpu-cluster:pools: {}\n"
        "  gpu-cluster:extras: {manifests: [manifests]}\n"
    )
    (project / "Pulumi.yaml").write_text("name: acme\nruntime: python\nmain: stacks/\n")
    (project / "manifests").mkdir()
    (project / "manifests" / "team.yaml").write_text(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n"
        "---\n"
        "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: team}\nspec:\n  type: LoadBalancer\n"
    )
    plan = plan_of(project, "site")
    [service] = [it for it in resources_of(plan.graph) if it.kind == "Service" and it.name == "web"]

    at = SourceMap(plan, project).of(Finding(RULE, service.address, "spec.type", "", "", service))

    assert str(at) == "manifests/team.yaml:9 spec.type"
