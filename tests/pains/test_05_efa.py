"""Wrong EFA settings: interfaces that a card does not have, several zones, a placement group that splits a
reservation."""

from tests.pains.platforms import group, platform, refusal, template


def test_every_network_card_has_its_supported_interface() -> None:
    interfaces = template(platform("prod"), "h100")["networkInterfaces"]
    assert [it["networkCardIndex"] for it in interfaces] == list(range(32))
    assert [it["interfaceType"] for it in interfaces] == ["efa", *["efa-only"] * 31]
    assert len({(it["networkCardIndex"], it["deviceIndex"]) for it in interfaces}) == 32
    assert {tuple(it["securityGroups"]) for it in interfaces} == {("sg-0123456789abcdef0",)}


def test_efa_pool_is_in_one_zone() -> None:
    assert len(group(platform("prod"), "h100")["subnetIds"]) == 1
    spread = {"pools.h100.capacity": "on-demand", "pools.h100.zones": ["us-east-2a", "us-east-2b"]}
    assert "EFA works only within one zone" in refusal("prod", spread)


def test_instance_type_without_efa_is_refused() -> None:
    assert "g6.4xlarge has no EFA" in refusal("prod", {"pools.l4.efa": True})


def test_no_placement_group_splits_a_reservation() -> None:
    graph = platform("prod")
    assert graph.of("PlacementGroup") == []
    assert [it.name for it in graph.of("LaunchTemplate") if "placement" in it.inputs] == []
