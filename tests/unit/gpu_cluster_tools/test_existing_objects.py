"""Objects that an update would take over; with a real API server: tests/rehearsal/test_existing.py."""

from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.plan import Graph, plan_of
from gpu_cluster_policies.preview import Step
from gpu_cluster_tools.doctor.api_server import Object
from gpu_cluster_tools.existing_objects import (
    PlannedObject,
    created_by,
    existing_objects,
    new_charts,
    own_objects,
    planned_by,
)

PROJECT = Path(__file__).parents[3]
RBAC, STORAGE = "rbac.authorization.k8s.io/v1", "storage.k8s.io/v1"


class Server:
    """A server with these objects, by their path without the name."""

    def __init__(self, **objects: list[Object]) -> None:
        self.lists = {path.replace("__", "/"): found for path, found in objects.items()}
        self.asked: list[str] = []
        self.denied: set[str] = set()

    def get(self, path: str) -> Object | None:
        kinds = {
            "/api/v1": [("namespaces", "Namespace", False), ("configmaps", "ConfigMap", True)],
            f"/apis/{RBAC}": [("clusterroles", "ClusterRole", False), ("rolebindings", "RoleBinding", True)],
            f"/apis/{STORAGE}": [("storageclasses", "StorageClass", False)],
        }.get(path)
        if kinds is None:
            return None
        listed = [{"name": name, "kind": kind, "namespaced": within} for name, kind, within in kinds]
        return {"resources": [{**listed[0], "name": f"{listed[0]['name']}/status"}, *listed]}

    def metadata(self, path: str) -> list[Object] | None:
        self.asked.append(path)
        name = path.rpartition("/")[2]
        return None if name in self.denied else self.lists.get(name, [])


def item(name: str, *managers: str, **fields: Any) -> Object:
    managed = [{"manager": it} for it in managers] + [{"manager": "kubelet", "subresource": "status"}]
    return {"metadata": {"name": name, "managedFields": managed, **fields}}


def planned(version: str, kind: str, name: str, namespace: str = "") -> PlannedObject:
    return PlannedObject(
        version, kind, namespace, name, f"urn:pulumi:x::p::kubernetes:{version}:{kind}::{name}"
    )


PLANNED = [
    planned("v1", "Namespace", "serving"),
    planned(STORAGE, "StorageClass", "disks"),
    planned(RBAC, "ClusterRole", "metrics"),
    planned(RBAC, "ClusterRole", "logs"),
    planned(RBAC, "RoleBinding", "reader", "kube-system"),
    planned("v1", "ConfigMap", "settings", "serving"),
    planned("example.com/v1", "Widget", "first"),
]


def test_conflicts_have_their_managers_and_take_one_list_per_kind() -> None:
    helm = {"meta.helm.sh/release-name": "nfs", "meta.helm.sh/release-namespace": "kube-system"}
    server = Server(
        namespaces=[item("default"), item("serving", "kubectl-create")],
        storageclasses=[item("disks", "helm", annotations=helm), item("gp2")],
        clusterroles=[item("logs", labels={"app.kubernetes.io/managed-by": "argocd"})],
        rolebindings=[item("reader", "kubectl", "kubectl", "flux")],
        configmaps=[item("settings")],
    )

    found = existing_objects(PLANNED, (), server)

    assert {str(it.planned): it.managed_by for it in found.existing} == {
        "Namespace serving": "kubectl-create",
        "StorageClass disks": "Helm release kube-system/nfs, helm",
        "ClusterRole logs": "argocd",
        "RoleBinding kube-system/reader": "kubectl, flux",
    }
    assert server.asked == [
        "/api/v1/namespaces",
        f"/apis/{STORAGE}/storageclasses",
        f"/apis/{RBAC}/clusterroles",
        f"/apis/{RBAC}/namespaces/kube-system/rolebindings",
    ]
    assert not found.unchecked


def test_objects_in_the_state_are_no_conflict_and_take_no_request() -> None:
    server = Server(clusterroles=[item("metrics"), item("logs")])
    found = existing_objects(PLANNED, {it.id for it in PLANNED}, server)
    assert (found.existing, server.asked) == ((), [])


def test_kinds_that_cannot_be_listed_are_reported() -> None:
    server = Server(namespaces=[item("serving")])
    server.denied = {"clusterroles", "storageclasses"}
    found = existing_objects(PLANNED, (), server)
    assert [str(it.planned) for it in found.existing] == ["Namespace serving"]
    assert found.existing[0].managed_by == "unknown"
    assert found.unchecked == ("not authorized to list StorageClass, ClusterRole",)


def test_own_objects_include_other_api_versions_and_pending_creations() -> None:
    def stored(version: str, kind: str, name: str) -> dict[str, Any]:
        inputs = {"apiVersion": version, "kind": kind, "metadata": {"name": name}}
        return {"type": f"kubernetes:{version}:{kind}", "urn": f"a::b::c::{name}", "inputs": inputs}

    state = {
        "resources": [
            stored("storage.k8s.io/v1beta1", "StorageClass", "disks"),
            {"type": "pulumi:pulumi:Stack", "urn": "a::b::c::d"},
        ],
        "pending_operations": [{"type": "creating", "resource": stored("v1", "Namespace", "serving")}],
    }
    assert own_objects(state) == {PLANNED[0].id, PLANNED[1].id}
    assert own_objects({}) == set()


@pytest.fixture(scope="module")
def graph() -> Graph:
    return plan_of(PROJECT, "edge").graph


def test_planned_objects_have_a_name_and_a_resource_of_the_plan(graph: Graph) -> None:
    found = {str(it) for it in planned_by(graph)}
    assert {"Namespace serving", "StorageClass disk"} <= found
    assert not [it for it in found if it.startswith("Chart")]
    assert all(it.urn in {of.urn for of in graph.resources} for it in planned_by(graph))


def test_a_plan_without_charts_needs_no_preview(graph: Graph) -> None:
    assert not new_charts(graph, {})


def test_created_objects_include_those_of_charts() -> None:
    chart = "urn:pulumi:x::p::kubernetes:helm.sh/v4:Chart::gateway"
    version, kind = "apiextensions.k8s.io/v1", "CustomResourceDefinition"
    urn = f"urn:pulumi:x::p::kubernetes:helm.sh/v4:Chart$kubernetes:{version}:{kind}::gateway:g"
    inputs = {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": "gateways.gateway.networking.k8s.io"},
    }
    steps = [Step(step, urn, {}, {"inputs": inputs}) for step in ("create", "same", "create-replacement")]
    [found] = created_by([Step("create", chart, {}, {"inputs": {}}), *steps])
    assert (str(found), found.urn) == ("CustomResourceDefinition gateways.gateway.networking.k8s.io", urn)
