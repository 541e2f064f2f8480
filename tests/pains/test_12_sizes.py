"""A zero that becomes a one, and an update that undoes what an autoscaler did."""

from functools import cache

from gpu_cluster.plan import Graph
from tests.pains.platforms import edited, group


@cache
def graph() -> Graph:
    return edited("prod", {"serving": None, "pools.l4.nodes": {"min": 0, "max": 12}, "pools.l40s.nodes": 3})


def test_no_nodes_are_no_nodes() -> None:
    size = group(graph(), "l4")["scalingConfig"]
    assert size == {"minSize": 0, "maxSize": 12, "desiredSize": 0}


def test_the_size_that_an_autoscaler_chose_stays_and_its_bounds_are_the_files() -> None:
    assert group(graph(), "l4").ignored_changes == ("scalingConfig.desiredSize",)


def test_where_there_is_no_range_the_file_decides() -> None:
    fixed = group(graph(), "l40s")
    assert fixed.ignored_changes == ()
    assert fixed["scalingConfig"] == {"minSize": 3, "maxSize": 3, "desiredSize": 3}


def test_what_starts_nodes_from_none_knows_what_a_node_would_offer() -> None:
    tags = group(graph(), "l4")["tags"]
    assert tags["k8s.io/cluster-autoscaler/node-template/resources/nvidia.com/gpu"] == "1"
