import re

from gpu_cluster.catalog import INSTANCES, REGIONS, regions_with, zones_with


def test_a_type_is_offered_in_some_zones_of_some_regions() -> None:
    assert zones_with("p5en.48xlarge", "us-east-1") == ("use1-az2", "use1-az6")
    assert zones_with("g6e.xlarge", "eu-west-1") == ()


def test_the_narrower_entry_counts() -> None:
    assert zones_with("g7e.12xlarge", "us-east-2") == ("use2-az1", "use2-az2", "use2-az3")
    assert zones_with("g7e.8xlarge", "us-east-2") == ("use2-az1", "use2-az2")


def test_of_what_is_not_known_nothing_is_said() -> None:
    assert zones_with("p6e-gb200.36xlarge", "us-east-1") is None
    assert regions_with("p6e-gb200.36xlarge") == ()
    assert zones_with("g6.xlarge", "mx-central-1") is None


def test_every_other_type_is_offered_somewhere() -> None:
    nowhere = [name for name in INSTANCES if not regions_with(name)]
    assert nowhere == ["p6e-gb200.36xlarge"]


def test_regions_exist_and_ids_look_like_those_of_their_region() -> None:
    places = {
        (region, zone)
        for name in INSTANCES
        for region in regions_with(name)
        for zone in zones_with(name, region) or ()
    }
    assert {region for region, _ in places} < set(REGIONS)
    for region, zone in places:
        continent, _, number = region.split("-")
        assert re.fullmatch(rf"{continent}[nsewc]{{1,2}}{number}-az\d", zone)
