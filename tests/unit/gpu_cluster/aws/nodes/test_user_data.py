"""Byte for byte: each change of user data replaces nodes."""

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
def test_it_is_what_it_was(file: str, settings: dict[str, Any]) -> None:
    assert user_data(*pool_with(**settings)) == (GOLDEN / file).read_text()


def test_beside_lustre_the_client_is_installed_before_the_kubelet_starts() -> None:
    plain = user_data(*pool_with(instance="p5.48xlarge"))
    text = user_data(*pool_beside_lustre(instance="p5.48xlarge"))
    [config, script] = [part for part in message_from_string(text).walk() if not part.is_multipart()]
    assert config.get_content_type() == "application/node.eks.aws"
    assert str(config.get_payload()).strip() in plain
    assert script.get_content_type() == "text/x-shellscript"
    assert script.get_payload() == "#!/bin/bash\ndnf install -y lustre-client"


def test_bottlerocket_brings_its_own_modules_and_has_no_packages() -> None:
    settings = {"instance": "g6.4xlarge", "ami": BOTTLEROCKET}
    assert user_data(*pool_beside_lustre(**settings)) == user_data(*pool_with(**settings))


def test_it_is_the_same_for_the_same_pool() -> None:
    one = pool_with(instance="p5.48xlarge", labels={"b": "1", "a": "2"})
    other = pool_with(instance="p5.48xlarge", labels={"a": "2", "b": "1"}, nodes=7)
    assert user_data(*one) == user_data(*other)


def test_layers_are_pulled_side_by_side_where_images_are_large() -> None:
    def gates(instance: str) -> Any:
        return node_config(pool_with(instance=instance)[0])["spec"].get("featureGates")

    assert gates("g6.4xlarge") == {"FastImagePull": True}
    assert gates("g6.xlarge") == {"FastImagePull": True}
    assert gates("g6f.large") is None
    assert gates("m7i.48xlarge") is None


def test_local_disks_become_one_where_there_are_any() -> None:
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
def test_bottlerocket_keeps_its_device_plugin_and_is_told_how_to_share_gpus(
    sharing: dict[str, int], plugin: dict[str, Any] | None
) -> None:
    """`enabled` is true by default, and an older release does not know it."""
    pool, _ = pool_with(instance="g6.xlarge", **({"sharing": sharing} if sharing else {}))

    settings = tomllib.loads(bottlerocket_settings(pool))["settings"]

    assert settings.get("kubelet-device-plugins", {}).get("nvidia") == plugin


def test_another_mig_layout_is_other_nodes() -> None:
    """The label that a node is divided by comes with the node, and never changes on it."""

    def label(**layout: int) -> Any:
        pool, _ = pool_with(instance="p5.48xlarge", sharing={"mig": layout})
        return node_config(pool)["spec"]["kubelet"].get("flags")

    assert label(**{"1g.10gb": 7}) == ["--node-labels=nvidia.com/mig.config=1g.10gb-7"]
    assert label(**{"3g.40gb": 1, "1g.10gb": 3}) == label(**{"1g.10gb": 3, "3g.40gb": 1})
    assert label(**{"3g.40gb": 2}) != label(**{"3g.40gb": 1})
