# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# (botocore is untyped)

import re

import botocore.session
import pytest
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from gpu_cluster.catalog import PRICED_REGIONS, REGIONS, region_lacks, zone_names, zones_of_some_accounts


def with_endpoint(service: str, *partitions: str) -> set[str]:
    """Regions of botocore in which a service has an endpoint."""
    session = botocore.session.get_session()
    found = (session.get_available_regions(service, partition_name=it) for it in partitions)
    return {region for regions in found for region in regions}


def test_regions_match_the_eks_regions_of_botocore() -> None:
    """Regions that botocore knows by name only, without EKS, are left out."""
    assert set(PRICED_REGIONS) == with_endpoint("eks", "aws")
    assert set(REGIONS) - set(PRICED_REGIONS) == with_endpoint("eks", "aws-us-gov")


@pytest.mark.pinned
def test_regions_without_inspector_match_botocore() -> None:
    known = with_endpoint("inspector2", "aws", "aws-us-gov")

    assert {it for it in REGIONS if region_lacks(it, "inspector")} == set(REGIONS) - set(known)


def test_region_codes_are_well_formed_and_region_names_unique() -> None:
    assert all(re.fullmatch(r"[a-z]{2}(-gov)?-[a-z]+-\d", code) for code in REGIONS)
    assert len(set(REGIONS.values())) == len(REGIONS)


@pytest.mark.parametrize("region", REGIONS)
def test_zone_names_match_the_zones_of_moto(region: str) -> None:
    """moto has the zones of one account."""
    theirs = {zone.name for zone in RegionsAndZonesBackend.zones[region]}

    assert set(zone_names(region)) - set(zones_of_some_accounts(region)) <= theirs <= set(zone_names(region))
    assert len(zone_names(region)) >= 3


def test_zones_missing_in_some_accounts_are_listed() -> None:
    differing = {
        region: zones_of_some_accounts(region) for region in REGIONS if zones_of_some_accounts(region)
    }

    assert differing == {
        "us-west-1": ("us-west-1a", "us-west-1b", "us-west-1c"),
        "ca-central-1": ("ca-central-1c",),
        "ap-northeast-1": ("ap-northeast-1b",),
    }
