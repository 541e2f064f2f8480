# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# (botocore is untyped)

import botocore.session
import pytest

from gpu_cluster.catalog import REGIONS
from gpu_cluster.config.partition import partition_of


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_is_in_the_partition_that_botocore_says(region: str) -> None:
    theirs = botocore.session.get_session().get_partition_for_region(region)

    assert partition_of(region) == partition_of(f"{region}a") == theirs


def test_the_default_is_the_commercial_partition() -> None:
    assert partition_of(None) == partition_of("") == "aws"
