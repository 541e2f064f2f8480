from typing import Any

import pytest

from gpu_cluster.capacity import RootDisk, root_disk
from gpu_cluster.config.pools import PoolSettings


@pytest.mark.parametrize(
    ("disk", "expected"),
    [
        ({}, RootDisk(size_gib=100, iops=3000, throughput=125)),
        ({"throughput": 1000}, RootDisk(size_gib=100, iops=4000, throughput=1000)),
        ({"throughput": 1000, "iops": 3000}, RootDisk(size_gib=100, iops=3000, throughput=1000)),
        ({"size": "500G", "iops": 16000}, RootDisk(size_gib=466, iops=16000, throughput=125)),
    ],
)
def test_root_disk_defaults_follow_the_other_settings(disk: Any, expected: RootDisk) -> None:
    settings = PoolSettings.model_validate({"instance": "g6.xlarge", "nodes": 1, "disk": disk})
    assert root_disk(settings) == expected


def test_needed_iops_follow_the_throughput() -> None:
    assert RootDisk(size_gib=100, iops=3000, throughput=1000).needed_iops == 4000
    assert RootDisk(size_gib=100, iops=3000, throughput=125).needed_iops == 3000
