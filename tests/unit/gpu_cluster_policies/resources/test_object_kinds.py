"""Kinds by API group: known kinds, and kinds of other groups with the same name."""

import pytest

from gpu_cluster_policies.resources.object_kinds import group_of, is_known, kind_name, unknown_in


@pytest.mark.parametrize(
    ("version", "group"), [("v1", ""), ("batch/v1", "batch"), ("a.b/v1", "a.b"), ("", None), (1, None)]
)
def test_group_of_reads_the_group_of_the_api_version(version: object, group: str | None) -> None:
    assert group_of({"apiVersion": version}) == group


@pytest.mark.parametrize(
    ("kind", "group", "name"),
    [
        ("Job", "batch", "Job"),
        ("Job", "batch.volcano.sh", "Job.batch.volcano.sh"),
        ("Service", "serving.knative.dev", "Service.serving.knative.dev"),
        ("NodePool", "karpenter.sh", "NodePool"),
        ("Event", "events.k8s.io", "Event"),
        ("Deployment", "extensions", "Deployment"),
        ("RayCluster", "ray.io", "RayCluster"),
        ("EnvoyProxy", "gateway.envoyproxy.io", "EnvoyProxy"),
        ("EnvoyProxy", "example.com", "EnvoyProxy.example.com"),
        ("Pod", None, "Pod"),
    ],
)
def test_kind_of_another_group_has_the_group_as_suffix(kind: str, group: str | None, name: str) -> None:
    assert kind_name(kind, group) == name


def test_kind_is_known_only_in_its_own_group() -> None:
    known = ("Job", "VolumeSnapshotClass", "Job.batch.volcano.sh", "RayCluster")

    assert [is_known(kind) for kind in known] == [True, True, False, False]


def test_unknown_kinds_are_reported_only_for_groups_that_run_pods() -> None:
    assert "Job" in unknown_in("batch", "Jobb")
    assert unknown_in("batch", "Job") == unknown_in("example.com", "Jobb") == frozenset()
