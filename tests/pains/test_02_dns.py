"""CoreDNS waits up to twenty minutes for a node without taints, and then the update fails."""

from typing import Any

import pytest

from gpu_cluster.plan import Graph
from tests.pains.platforms import addon, group, refusal


@pytest.mark.parametrize(
    "system",
    [
        {"instance": "m7i.xlarge", "nodes": 2, "taints": {"team": {"effect": "NoSchedule"}}},
        {"instance": "m7i.xlarge", "nodes": 2, "taints": {"team": {"effect": "NoExecute"}}},
        {"instance": "m7i.xlarge", "nodes": {"min": 0, "max": 2}},
        {"instance": "g6.xlarge", "nodes": 2},
        None,
    ],
)
def test_stack_without_a_node_for_dns_is_refused(system: dict[str, Any] | None) -> None:
    assert "no pool can run system pods, such as DNS" in refusal("prod", {"pools.system": system})


def test_coredns_is_created_after_the_system_pool(graph: Graph) -> None:
    assert not group(graph, "system").inputs.get("taints")
    assert graph.waits_for(addon(graph, "coredns"), group(graph, "system"))
