from tests.unit.gpu_cluster.aws.nodes.eks import groups_of


def test_every_pool_has_a_node_group_except_karpenter_pools() -> None:
    graph = groups_of(
        system={"instance": "m7i.xlarge"},
        l4={"instance": "g6.4xlarge"},
        burst={"instance": "m7i.xlarge", "provisioner": "karpenter", "nodes": {"min": 0, "max": 9}},
    )
    assert {group.name for group in graph.of("eks:nodeGroup:NodeGroup")} == {"nodes-system", "nodes-l4"}


def test_node_group_waits_for_the_policies_of_its_role() -> None:
    graph = groups_of(system={"instance": "m7i.xlarge"})
    group = graph.only("eks:nodeGroup:NodeGroup")
    for permission in [*graph.of("RolePolicyAttachment"), *graph.of("RolePolicy")]:
        assert graph.waits_for(group, permission)


def test_longest_pool_name_fits_the_node_group_name_limit() -> None:
    [group] = groups_of(**{"a" * 40: {"instance": "m7i.xlarge"}}).of("eks:nodeGroup:NodeGroup")
    assert len(group.name.replace("nodes-", "platform-nodes-", 1)) + len("-1234567") <= 63
    assert "nodeGroupName" not in group.inputs
