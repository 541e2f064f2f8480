from tests.unit.gpu_cluster.aws.nodes.eks import groups_of


def test_every_pool_has_a_group_and_karpenter_keeps_its_own() -> None:
    graph = groups_of(
        system={"instance": "m7i.xlarge"},
        l4={"instance": "g6.4xlarge"},
        burst={"instance": "m7i.xlarge", "provisioner": "karpenter", "nodes": {"min": 0, "max": 9}},
    )
    assert {group.name for group in graph.of("eks:nodeGroup:NodeGroup")} == {"nodes-system", "nodes-l4"}


def test_a_group_finds_a_role_that_is_whole() -> None:
    graph = groups_of(system={"instance": "m7i.xlarge"})
    group = graph.only("eks:nodeGroup:NodeGroup")
    for permission in [*graph.of("RolePolicyAttachment"), *graph.of("RolePolicy")]:
        assert graph.waits_for(group, permission)


def test_the_longest_name_of_a_pool_leaves_room_for_what_pulumi_adds() -> None:
    [group] = groups_of(**{"a" * 40: {"instance": "m7i.xlarge"}}).of("eks:nodeGroup:NodeGroup")
    assert len(group.name.replace("nodes-", "platform-nodes-", 1)) + len("-1234567") <= 63
    assert "nodeGroupName" not in group.inputs
