"""User data is compared byte for byte: each change replaces nodes."""

import tomllib
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.aws.nodes import bottlerocket_settings, node_config, user_data
from tests.unit.gpu_cluster.aws.nodes.eks import pool_beside_lustre, pool_with

GOLDEN = Path(__file__).parent / "golden"
BOTTLEROCKET = {"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"}


@pytest.mark.parametrize(
    ("file", "settings"),
    [
        ("al2023-system.mime", {"instance": "m7i.xlarge"}),
        ("al2023-gpu.mime", {"instance": "p5.48xlarge"}),
        ("al2023-mig.mime", {"instance": "p5.48xlarge", "sharing": {"mig": {"1g.10gb": 7}}}),
        ("bottlerocket-system.toml", {"instance": "m7i.xlarge", "ami": BOTTLEROCKET}),
        ("bottlerocket-gpu.toml", {"instance": "g6.4xlarge", "ami": BOTTLEROCKET}),
    ],
)
def test_user_data_matches_the_golden_file(file: str, settings: dict[str, Any]) -> None:
    assert user_data(*pool_with(**settings)) == (GOLDEN / file).read_text()


def test_lustre_client_is_installed_by_user_data_of_al2023() -> None:
    plain = user_data(*pool_with(instance="p5.48xlarge"))
    text = user_data(*pool_beside_lustre(instance="p5.48xlarge"))
    [config, script] = [part for part in message_from_string(text).walk() if not part.is_multipart()]
    assert config.get_content_type() == "application/node.eks.aws"
    assert str(config.get_payload()).strip() in plain
    assert script.get_content_type() == "text/x-shellscript"
    assert script.get_payload() == "#!/bin/bash\ndnf install -y lustre-client"


def test_bottlerocket_user_data_installs_no_lustre_client() -> None:
    settings = {"instance": "g6.4xlarge", "ami": BOTTLEROCKET}
    assert user_data(*pool_beside_lustre(**settings)) == user_data(*pool_with(**settings))


def test_user_data_is_independent_of_label_order_and_node_count() -> None:
    one = pool_with(instance="p5.48xlarge", labels={"b": "1", "a": "2"})
    other = pool_with(instance="p5.48xlarge", labels={"a": "2", "b": "1"}, nodes=7)
    assert user_data(*one) == user_data(*other)


def test_fast_image_pull_is_enabled_on_gpu_nodes() -> None:
    def gates(instance: str) -> Any:
        return node_config(pool_with(instance=instance)[0])["spec"].get("featureGates")

    assert gates("g6.4xlarge") == {"FastImagePull": True}
    assert gates("g6.xlarge") == {"FastImagePull": True}
    assert gates("g6f.large") is None
    assert gates("m7i.48xlarge") is None


def test_local_disks_are_joined_as_raid0() -> None:
    def disks(instance: str) -> Any:
        return node_config(pool_with(instance=instance)[0])["spec"].get("instance")

    assert disks("g6.4xlarge") == {"localStorage": {"strategy": "RAID0"}}
    assert disks("m7i.xlarge") is None


@pytest.mark.parametrize(
    ("sharing", "plugin"),
    [
        ({}, None),
        (
            {"timeSlicing": 4},
            {
                "device-sharing-strategy": "time-slicing",
                "time-slicing": {
                    "replicas": 4,
                    "rename-by-default": False,
                    "fail-requests-greater-than-one": True,
                },
            },
        ),
        (
            {"mps": 3},
            {"device-sharing-strategy": "mps", "mps": {"replicas": 3, "rename-by-default": False}},
        ),
    ],
    ids=["whole", "time slices", "MPS"],
)
def test_bottlerocket_device_plugin_settings_follow_the_sharing(
    sharing: dict[str, int], plugin: dict[str, Any] | None
) -> None:
    """`enabled` is left out: true by default, and unknown to older releases."""
    pool, _ = pool_with(instance="g6.xlarge", **({"sharing": sharing} if sharing else {}))

    settings = tomllib.loads(bottlerocket_settings(pool))["settings"]

    assert settings.get("kubelet-device-plugins", {}).get("nvidia") == plugin


def test_changed_mig_layout_changes_the_user_data() -> None:
    """The label with the MIG layout is set when the node starts and never changes on it."""

    def label(**layout: int) -> Any:
        pool, _ = pool_with(instance="p5.48xlarge", sharing={"mig": layout})
        return node_config(pool)["spec"]["kubelet"].get("flags")

    assert label(**{"1g.10gb": 7}) == ["--node-labels=nvidia.com/mig.config=1g.10gb-7"]
    assert label(**{"3g.40gb": 1, "1g.10gb": 3}) == label(**{"1g.10gb": 3, "3g.40gb": 1})
    assert label(**{"3g.40gb": 2}) != label(**{"3g.40gb": 1})
