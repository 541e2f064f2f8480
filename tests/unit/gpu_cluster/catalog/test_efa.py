import pytest

from gpu_cluster.catalog import INSTANCES, Interface, efa_interfaces


def test_only_the_first_efa_card_has_an_ip_address() -> None:
    interfaces = efa_interfaces(INSTANCES["p5.48xlarge"])
    assert len(interfaces) == 32
    assert interfaces[0] == Interface(card=0, device=0, kind="efa")
    assert interfaces[31] == Interface(card=31, device=0, kind="efa-only")
    assert {each.kind for each in interfaces[1:]} == {"efa-only"}


def test_first_card_without_efa_is_a_plain_interface() -> None:
    first, *others = efa_interfaces(INSTANCES["p6-b300.48xlarge"])
    assert first == Interface(card=0, device=0, kind="interface")
    assert [each.card for each in others] == list(range(1, 17))


@pytest.mark.parametrize("instance", ["g6.4xlarge", "m7i.xlarge", "p6e-gb200.36xlarge"])
def test_instance_without_known_efa_layout_has_no_interfaces(instance: str) -> None:
    assert efa_interfaces(INSTANCES[instance]) == ()


def test_efa_interfaces_have_distinct_card_and_device() -> None:
    for instance in INSTANCES.values():
        interfaces = efa_interfaces(instance)
        assert len({(each.card, each.device) for each in interfaces}) == len(interfaces)
        assert sum(each.kind != "interface" for each in interfaces) in (0, instance.efa)
