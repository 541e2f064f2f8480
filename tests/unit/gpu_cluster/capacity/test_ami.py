from typing import Any

import pytest

from gpu_cluster.capacity import ami_release, kubelet_version
from gpu_cluster.config.pools import PoolSettings


def settings(**ami: Any) -> PoolSettings:
    return PoolSettings.model_validate({"instance": "g6.xlarge", "nodes": 1, "ami": ami})


def test_ami_release_is_pinned_by_the_stack_or_the_catalog() -> None:
    assert ami_release(settings(release="1.34.9-20260714"), "1.35") == "1.34.9-20260714"
    assert ami_release(settings(), "1.35") == "1.35.6-20260714"
    assert ami_release(settings(), "1.99") is None
    assert ami_release(settings(family="bottlerocket"), "1.35") is None


@pytest.mark.parametrize(
    ("ami", "expected"),
    [
        ({}, "1.35"),
        ({"release": "1.34.9-20260714"}, "1.34"),
        ({"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"}, "1.35"),
    ],
)
def test_kubelet_version_is_that_of_the_ami_release(ami: dict[str, Any], expected: str) -> None:
    assert kubelet_version(settings(**ami), "1.35") == expected
