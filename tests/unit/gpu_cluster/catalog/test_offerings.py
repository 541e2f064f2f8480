import re

from gpu_cluster.catalog import INSTANCES, REGIONS, regions_with, zones_with


def test_zones_with_lists_the_zones_that_offer_an_instance_type() -> None:
    assert zones_with("p5en.48xlarge", "us-east-1") == ("use1-az2", "use1-az6")
    assert zones_with("g6e.xlarge", "eu-west-1") == ()


def test_offering_of_an_instance_type_overrides_that_of_its_family() -> None:
    assert zones_with("g7e.12xlarge", "us-east-2") == ("use2-az1", "use2-az2", "use2-az3")
    assert zones_with("g7e.8xlarge", "us-east-2") == ("use2-az1", "use2-az2")


def test_zones_of_an_unknown_offering_are_none() -> None:
    assert zones_with("p6e-gb200.36xlarge", "us-east-1") is None
    assert regions_with("p6e-gb200.36xlarge") == ()
    assert zones_with("g6.xlarge", "mx-central-1") is None


def test_every_instance_type_but_gb200_is_offered_in_some_region() -> None:
    nowhere = [name for name in INSTANCES if not regions_with(name)]
    assert nowhere == ["p6e-gb200.36xlarge"]


def test_offered_regions_exist_and_zone_ids_match_their_region() -> None:
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
