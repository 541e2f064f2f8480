"""Property types, checked as the API server checks them."""

import json
from importlib.metadata import version
from typing import Any

import pytest

from gpu_cluster.catalog import object_types
from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.object_types import mistyped, mistyped_pod
from gpu_cluster_policies.resources.property import Property

CONTAINER = {"name": "a", "image": "b"}


def _mistyped(kind: str, **content: Any) -> list[tuple[str, str]]:
    version, _, name = kind.rpartition(" ")
    root = Property("a", "", {"apiVersion": version, "kind": name, **content})
    return [(field.path, expected) for field, expected in mistyped(root)]


def _pod(**spec: Any) -> list[tuple[str, str]]:
    return _mistyped("v1 Pod", spec={"containers": [CONTAINER], **spec})


PODS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"hostNetwork": None, "unknownKey": 1}, []),
    ({"hostNetwork": "true"}, [("spec.hostNetwork", "true or false")]),
    ({"hostNetwork": 1}, [("spec.hostNetwork", "true or false")]),
    ({"priority": True}, [("spec.priority", "a whole number")]),
    ({"priority": 1.0}, []),
    ({"priority": 1.5}, [("spec.priority", "a whole number")]),
    ({"priority": 2**31 - 1}, []),
    ({"priority": 2**31}, [("spec.priority", "a whole number of 32 bits")]),
    ({"activeDeadlineSeconds": 2**31}, []),
    ({"activeDeadlineSeconds": -(2**63) - 1}, [("spec.activeDeadlineSeconds", "a whole number of 64 bits")]),
    ({"nodeName": 1}, [("spec.nodeName", "text")]),
    ({"nodeSelector": {"a": True}}, [("spec.nodeSelector.a", "text")]),
    ({"nodeSelector": ["a"]}, [("spec.nodeSelector", "keys and values")]),
    ({"overhead": {"cpu": 1, "memory": "1Gi"}}, []),
    ({"overhead": {"cpu": True}}, [("spec.overhead.cpu", "a quantity")]),
    ({"overhead": {"cpu": "-1.5e3", "memory": ".5Ei", "example.com/a": "5."}}, []),
    ({"overhead": {"cpu": "1Mb"}}, [("spec.overhead.cpu", "a quantity")]),
    ({"overhead": {"cpu": ""}}, [("spec.overhead.cpu", "a quantity")]),
    ({"overhead": {"cpu": "1 Gi"}}, [("spec.overhead.cpu", "a quantity")]),
    ({"containers": {}}, [("spec.containers", "a list")]),
    ({"containers": None}, [("spec.containers", "a list")]),
    ({"containers": ["a"]}, [("spec.containers[0]", "keys and values")]),
    ({"containers": [None]}, [("spec.containers[0]", "keys and values")]),
    ({"containers": [{}]}, [("spec.containers[0].name", "text")]),
    (
        {"containers": [{**CONTAINER, "livenessProbe": {"httpGet": {"port": []}}}]},
        [("spec.containers[0].livenessProbe.httpGet.port", "a whole number or text")],
    ),
    ({"volumes": [{"name": "a", "emptyDir": []}]}, [("spec.volumes[0].emptyDir", "keys and values")]),
]


@pytest.mark.parametrize(("spec", "found"), PODS)
def test_mistyped_pod_properties_are_reported(spec: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert _pod(**spec) == found


@pytest.mark.parametrize(
    ("kind", "content", "found"),
    [
        ("v1 Pod", {}, [("spec", "keys and values")]),
        ("v1 Pod", {"spec": []}, [("spec", "keys and values")]),
        ("v1 ConfigMap", {"data": {"a": 1}}, [("data.a", "text")]),
        (
            "v1 Node",
            {"status": {"capacity": {"nvidia.com/gpu": []}}},
            [('status.capacity["nvidia.com/gpu"]', "a quantity")],
        ),
        ("v1 Node", {"status": False}, [("status", "keys and values")]),
        ("v1 ConfigMap", {"metadata": {"finalizers": "a"}}, [("metadata.finalizers", "a list")]),
        ("v1 ConfigMap", {"metadata": []}, [("metadata", "keys and values")]),
        ("example.com/v1 Farm", {"metadata": {"labels": {"a": 1}}}, [("metadata.labels.a", "text")]),
        ("rbac.authorization.k8s.io/v1 Role", {"rules": {"verbs": ["*"]}}, [("rules", "a list")]),
        ("v1 ResourceQuota", {"spec": {"hard": {"pods": 10}}}, []),
        (
            "networking.k8s.io/v1 NetworkPolicy",
            {"spec": {"podSelector": {}, "policyTypes": "Ingress"}},
            [("spec.policyTypes", "a list")],
        ),
        (
            "apps/v1 Deployment",
            {"spec": {"template": {"spec": {"containers": "a"}}}},
            [("spec.template.spec.containers", "a list")],
        ),
    ],
)
def test_mistyped_properties_of_other_kinds_are_reported(
    kind: str, content: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert _mistyped(kind, **content) == found


@pytest.mark.parametrize("inline", [True, False])
def test_mistyped_pod_template_of_a_custom_kind_is_reported(inline: bool) -> None:
    spec = {"containers": [CONTAINER], "hostPID": "no"}
    template = Property("a", "", spec if inline else {"spec": spec})

    [found] = mistyped_pod(template, inline=inline)
    assert found.field.path == ("hostPID" if inline else "spec.hostPID")


def test_unknown_pod_property_is_reported_last() -> None:
    assert _pod(hostNetwork=UNKNOWN, dnsPolicy=1) == [
        ("spec.dnsPolicy", "text"),
        ("spec.hostNetwork", "known"),
    ]
    assert _mistyped("v1 Pod", spec=UNKNOWN) == [("spec", "known")]
    assert _mistyped("v1 ConfigMap", data=UNKNOWN, metadata={"annotations": {"a": UNKNOWN}}) == []


@pytest.mark.pinned
def test_type_table_matches_the_installed_pulumi_kubernetes() -> None:
    table = json.loads(object_types.TABLE.read_text())

    assert table["source"] == f"pulumi-kubernetes {version('pulumi-kubernetes')}", "make docs writes it"
    assert len(table["kinds"]) > 40
