from typing import Any

import pytest

from components.config.pools import PoolSettings
from components.pools import RootDisk, root_disk


@pytest.mark.parametrize(
    ("instance", "disk", "expected"),
    [
        ("m7i.xlarge", {}, RootDisk(size_gib=100, iops=3000, throughput=125)),
        ("g6.xlarge", {}, RootDisk(size_gib=200, iops=3000, throughput=600)),
        ("g6.xlarge", {"throughput": 1000}, RootDisk(size_gib=200, iops=4000, throughput=1000)),
        ("g6.xlarge", {"size": "500G", "iops": 16000}, RootDisk(size_gib=466, iops=16000, throughput=600)),
    ],
)
def test_what_is_not_said_follows_from_the_rest(instance: str, disk: Any, expected: RootDisk) -> None:
    settings = PoolSettings.model_validate({"instance": instance, "nodes": 1, "disk": disk})
    assert root_disk(settings) == expected
