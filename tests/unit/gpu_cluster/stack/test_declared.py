"""Parts of a stack that its file declares outside the catalog."""

from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.config.stack import Stack
from gpu_cluster.plan import Graph
from gpu_cluster.stack import StackFileError, load
from gpu_cluster.stack.declared import declared
from tests.unit.platforms import platform_of

STACKS = Path(__file__).parents[4] / "tests" / "stacks" / "happy"
BOUNDARY = "arn:aws:iam::123456789012:policy/limits/workloads"


@pytest.fixture(scope="module")
def stack() -> Stack:
    return load(STACKS / "eks-declared.yaml")


@pytest.fixture(scope="module")
def graph(stack: Stack) -> Graph:
    return platform_of(stack)[0]


def addon(graph: Graph, name: str) -> dict[str, Any]:
    [found] = [it for it in graph.of("Addon") if it["addonName"] == name]
    return dict(found.inputs)


def test_declarations_are_reported_with_their_key(stack: Stack) -> None:
    said = {it.key.removeprefix("gpu-cluster:cluster."): it.words for it in declared(stack)}

    assert said["addons.cert-manager"].startswith("add-on cert-manager v1.18.2-eksbuild.2, role arn:")
    assert said["addons.coredns.values"] == "values autoScaling of add-on coredns"
    assert said["iam.permissionsBoundary"] == f"permissions boundary {BOUNDARY} of every role"
    assert "addons.coredns" not in said
    assert all(it.key.startswith("gpu-cluster:") for it in declared(stack))


def test_declared_project_chart_is_reported_by_its_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: site\n")
    (tmp_path / "stacks").mkdir()
    folder = tmp_path / "charts" / "tool"
    folder.mkdir(parents=True)
    file = tmp_path / "stacks" / "Pulumi.site.yaml"
    file.write_text(
        "config:\n"
        "  gpu-cluster:cluster: {provider: existing}\n"
        "  gpu-cluster:pools: {box: {instance: g6e.12xlarge, nodes: 1}}\n"
        "  gpu-cluster:extras: {charts: {tool: {chart: ./charts/tool, namespace: tools}}}\n"
    )

    with pytest.raises(StackFileError, match=r"chart: no Chart\.yaml in charts/tool$"):
        load(file)
    (folder / "Chart.yaml").write_text("name: tool\n")
    assert [str(it) for it in declared(load(file))] == [
        "declared in the stack file: Helm chart charts/tool (gpu-cluster:extras.charts.tool)"
    ]


def test_stack_within_the_catalog_declares_nothing() -> None:
    assert declared(load(STACKS / "eks-smallest.yaml")) == []


def test_every_role_has_the_declared_boundary_and_path(graph: Graph) -> None:
    roles = graph.of("role:Role")

    assert len(roles) >= 8
    assert {(it.inputs.get("permissionsBoundary"), it.inputs.get("path")) for it in roles} == {
        (BOUNDARY, "/gpu/")
    }


@pytest.mark.parametrize("kind", ["instanceProfile:InstanceProfile", "policy:Policy"])
def test_profiles_and_policies_have_the_declared_path_and_no_boundary(graph: Graph, kind: str) -> None:
    found = graph.of(kind)

    assert found
    assert {it.inputs.get("path") for it in found} == {"/gpu/"}
    assert not any("permissionsBoundary" in it.inputs for it in found)


def test_roles_have_no_path_or_boundary_by_default() -> None:
    roles = platform_of(load(STACKS / "eks-smallest.yaml"))[0].of("role:Role")

    assert roles
    assert not any({"path", "permissionsBoundary"} & it.inputs.keys() for it in roles)


def test_declared_add_on_has_its_version_values_and_role(graph: Graph) -> None:
    manager = addon(graph, "cert-manager")

    assert manager["addonVersion"] == "v1.18.2-eksbuild.2"
    assert manager["configurationValues"] == '{"replicaCount": 2}'
    assert manager["podIdentityAssociations"] == [
        {"serviceAccount": "cert-manager", "roleArn": "arn:aws:iam::123456789012:role/dns/cert-manager"}
    ]
    assert addon(graph, "kube-state-metrics")["addonVersion"] == "v2.16.0-eksbuild.1"


def test_declared_add_on_values_are_merged_over_platform_values(graph: Graph) -> None:
    assert addon(graph, "coredns")["configurationValues"] == (
        '{"autoScaling": {"enabled": true, "maxReplicas": 6, "minReplicas": 2}}'
    )
