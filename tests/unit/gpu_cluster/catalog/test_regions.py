# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# (botocore is untyped)

import re

import botocore.session
import pytest
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from gpu_cluster.catalog import REGIONS, region_lacks, zone_names, zones_of_some_accounts


def test_they_are_those_of_the_commercial_partition_with_eks() -> None:
    """Regions that botocore knows by name alone, and EKS is not in yet, are none."""
    known = botocore.session.get_session().get_available_regions("eks", partition_name="aws")

    assert set(REGIONS) == set(known)


def test_regions_without_inspector_are_those_without_an_endpoint() -> None:
    known = botocore.session.get_session().get_available_regions("inspector2", partition_name="aws")

    assert {it for it in REGIONS if region_lacks(it, "inspector")} == set(REGIONS) - set(known)


def test_codes_look_like_codes_and_places_are_told_apart() -> None:
    assert all(re.fullmatch(r"[a-z]{2}-[a-z]+-\d", code) for code in REGIONS)
    assert len(set(REGIONS.values())) == len(REGIONS)


@pytest.mark.parametrize("region", REGIONS)
def test_zones_are_those_of_an_account(region: str) -> None:
    """moto has the zones of one account."""
    theirs = {zone.name for zone in RegionsAndZonesBackend.zones[region]}

    assert set(zone_names(region)) - set(zones_of_some_accounts(region)) <= theirs <= set(zone_names(region))
    assert len(zone_names(region)) >= 3


def test_where_accounts_differ_their_zones_are_told() -> None:
    differing = {
        region: zones_of_some_accounts(region) for region in REGIONS if zones_of_some_accounts(region)
    }

    assert differing == {
        "us-west-1": ("us-west-1a", "us-west-1b", "us-west-1c"),
        "ca-central-1": ("ca-central-1c",),
        "ap-northeast-1": ("ap-northeast-1b",),
    }
