"""Cluster role permissions that no rule evaluates."""

from typing import Any

import pytest

from gpu_cluster_policies import Resource
from gpu_cluster_policies.not_judged import not_judged


def _unseen(kind: str, *rules: dict[str, Any]) -> str:
    unseen = not_judged(Resource(kind, {"metadata": {"name": "a"}, "rules": list(rules)}))
    return unseen.why if unseen else ""


@pytest.mark.parametrize(
    ("group", "resource", "verb", "why"),
    [
        ("ray.io", "rayclusters", "create", "rules[0] creates objects of ray.io in every namespace"),
        ("argoproj.io", "workflows", "*", "rules[0] creates objects of argoproj.io in every namespace"),
        ("", "nodes", "patch", "rules[0] changes nodes: taints and labels decide"),
        ("discovery.k8s.io", "endpointslices", "create", "rules[0] changes endpointslices: traffic"),
        ("ray.io", "rayclusters", "get", ""),
        ("", "nodes", "list", ""),
        ("example.com", "nodes", "patch", ""),
    ],
)
def test_cluster_role_with_indirect_effects_is_not_evaluated(
    group: str, resource: str, verb: str, why: str
) -> None:
    rule = {"apiGroups": [group], "resources": [resource], "verbs": [verb]}

    assert _unseen("ClusterRole", rule).startswith(why)
    assert bool(_unseen("ClusterRole", rule)) == bool(why)
    assert _unseen("Role", rule) == ""
