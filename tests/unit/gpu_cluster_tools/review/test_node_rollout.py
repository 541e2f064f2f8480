from typing import Any

import pytest

from gpu_cluster_tools.review.node_rollout import rollout_of

GROUP = "aws:eks/nodeGroup:NodeGroup"
INPUTS: dict[str, Any] = {
    "launchTemplate": {"id": "lt-1", "version": "1"},
    "releaseVersion": "1.35.6-20260714",
    "scalingConfig": {"minSize": 0, "maxSize": 20},
    "updateConfig": {"maxUnavailable": 3, "updateStrategy": "DEFAULT"},
}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


@pytest.mark.parametrize(
    "changed",
    [
        {"launchTemplate": {"id": "lt-1", "version": UNKNOWN}},
        {"releaseVersion": "1.35.7-20260917"},
        {"version": "1.36"},
    ],
)
def test_new_template_or_version_replaces_every_node(changed: dict[str, Any]) -> None:
    assert str(rollout_of(GROUP, INPUTS, INPUTS | changed)) == (
        "replaces every node: up to 20 nodes, 3 at a time, new nodes first, in up to 140 min; their pods are "
        "evicted, and an eviction that is blocked for 15 min fails the update"
    )


def test_update_without_surge_deletes_old_nodes_first() -> None:
    fixed = {
        "version": "1.36",
        "scalingConfig": {"maxSize": 1},
        "updateConfig": {"maxUnavailable": 1, "updateStrategy": "MINIMAL"},
    }
    assert "up to 1 node, 1 at a time, old nodes first, without spare capacity, in up to 20 min" in str(
        rollout_of(GROUP, INPUTS, INPUTS | fixed)
    )


@pytest.mark.parametrize("changed", [{}, {"labels": {"tier": "a"}}, {"scalingConfig": {"maxSize": 30}}])
def test_other_changes_keep_the_nodes(changed: dict[str, Any]) -> None:
    assert rollout_of(GROUP, INPUTS, INPUTS | changed) is None


def test_other_resource_types_have_no_rollout() -> None:
    assert rollout_of("aws:eks/cluster:Cluster", {"version": "1.35"}, {"version": "1.36"}) is None


def test_unknown_node_count_is_reported() -> None:
    after = INPUTS | {
        "version": "1.36",
        "scalingConfig": {"maxSize": UNKNOWN},
        "updateConfig": {"maxUnavailable": UNKNOWN},
    }
    assert str(rollout_of(GROUP, INPUTS, after)).startswith(
        "replaces every node: their number is not known yet, 1 at a time, new nodes first, in an unknown time"
    )
