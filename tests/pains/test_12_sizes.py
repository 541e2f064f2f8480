"""A minimum of zero that becomes one, and an update that reverts the size set by an autoscaler."""

from functools import cache

from gpu_cluster.plan import Graph
from tests.pains.platforms import edited, group


@cache
def graph() -> Graph:
    return edited("prod", {"serving": None, "pools.l4.nodes": {"min": 0, "max": 12}, "pools.l40s.nodes": 3})


def test_pool_with_minimum_zero_starts_with_zero_nodes() -> None:
    size = group(graph(), "l4")["scalingConfig"]
    assert size == {"minSize": 0, "maxSize": 12, "desiredSize": 0}


def test_desired_size_is_left_to_the_autoscaler() -> None:
    assert group(graph(), "l4").ignored_changes == ("scalingConfig.desiredSize",)


def test_fixed_size_is_set_by_the_stack_file() -> None:
    fixed = group(graph(), "l40s")
    assert fixed.ignored_changes == ()
    assert fixed["scalingConfig"] == {"minSize": 3, "maxSize": 3, "desiredSize": 3}


def test_empty_node_group_has_tags_for_scaling_from_zero() -> None:
    tags = group(graph(), "l4")["tags"]
    assert tags["k8s.io/cluster-autoscaler/node-template/resources/nvidia.com/gpu"] == "1"
