# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# (botocore is untyped)

import re

import botocore.session

from gpu_cluster.catalog import REGIONS


def test_they_are_those_of_the_commercial_partition_with_eks() -> None:
    """Regions that botocore knows by name alone, and EKS is not in yet, are none."""
    known = botocore.session.get_session().get_available_regions("eks", partition_name="aws")

    assert set(REGIONS) == set(known)


def test_codes_look_like_codes_and_places_are_told_apart() -> None:
    assert all(re.fullmatch(r"[a-z]{2}-[a-z]+-\d", code) for code in REGIONS)
    assert len(set(REGIONS.values())) == len(REGIONS)
