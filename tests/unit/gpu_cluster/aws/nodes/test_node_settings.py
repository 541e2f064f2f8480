"""Image, user data, kubelet and reserve of a pool, as set in the stack file."""

import base64
import json
import tomllib
from email import message_from_string
from typing import Any

from gpu_cluster.aws.nodes import user_data
from gpu_cluster.aws.nodes.toml import toml_text
from gpu_cluster.capacity import free_capacity
from tests.unit.gpu_cluster.aws.nodes.eks import groups_of, pool_with

AMI = "ami-0123456789abcdef0"
BOTTLEROCKET = {"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"}


def parts(text: str) -> list[tuple[str, str]]:
    walked = (part for part in message_from_string(text).walk() if not part.is_multipart())
    return [(part.get_content_type(), str(part.get_payload())) for part in walked]


def made(**settings: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs of the node group and of its launch template."""
    graph = groups_of(p=settings)
    [group], [template] = graph.of("nodeGroup:NodeGroup"), graph.of("LaunchTemplate")
    return dict(group.inputs), dict(template.inputs)


def test_script_and_node_config_are_added_user_data_parts() -> None:
    given = {"script": "#!/bin/bash\ntrue", "nodeConfig": {"containerd": {"config": "imports = []"}}}

    config, further, script = parts(user_data(*pool_with(instance="g6.xlarge", userData=given)))

    assert config[0] == further[0] == "application/node.eks.aws"
    assert json.loads(further[1])["spec"] == given["nodeConfig"]
    assert script == ("text/x-shellscript", "#!/bin/bash\ntrue")


def test_kubelet_settings_are_in_the_node_config_and_the_pod_capacity() -> None:
    pool, settings = pool_with(
        instance="g6.xlarge", kubelet={"maxPods": 30, "imageGCHighThresholdPercent": 75}
    )

    [(_, config)] = parts(user_data(pool, settings))

    assert json.loads(config)["spec"]["kubelet"]["config"] == {
        "maxPods": 30,
        "imageGCHighThresholdPercent": 75,
    }
    assert pool.capacity.pods == 30


def test_bottlerocket_settings_of_the_stack_override_the_platform() -> None:
    given = {"kernel": {"sysctl": {"vm.max_map_count": "262144"}}, "kubernetes": {"max-pods": 20}}
    plain = tomllib.loads(user_data(*pool_with(instance="g6.4xlarge", ami=BOTTLEROCKET)))

    text = user_data(*pool_with(instance="g6.4xlarge", ami=BOTTLEROCKET, userData={"settings": given}))

    found = tomllib.loads(text)["settings"]
    assert found["kernel"]["sysctl"] == {"vm.max_map_count": "262144"}
    assert found["kubernetes"]["max-pods"] == 20
    assert found["container-runtime"] == plain["settings"]["container-runtime"]


def test_toml_text_survives_a_round_trip() -> None:
    values: dict[str, Any] = {"a": {"b": {"x.y": [1, "two", True], "z": {}}, "c": 'quote "'}, "top": 1.5}

    assert tomllib.loads(toml_text(values)) == {
        "a": {"b": {"x.y": [1, "two", True]}, "c": 'quote "'},
        "top": 1.5,
    }


def test_custom_ami_node_group_sets_no_release_or_version() -> None:
    group, template = made(instance="g6.xlarge", ami={"id": AMI})

    assert group["amiType"] == "CUSTOM"
    assert not {"releaseVersion", "version"} & group.keys()
    assert template["imageId"] == AMI


def test_custom_ami_user_data_has_the_cluster_labels_and_taints() -> None:
    _, template = made(instance="g6.xlarge", ami={"id": AMI}, labels={"tier": "dev"})

    _, (_, join) = parts(base64.b64decode(template["userData"]).decode())

    spec = json.loads(join)["spec"]
    assert spec["cluster"]["name"] == "prod"
    [flag] = spec["kubelet"]["flags"]
    assert "gpu-cluster/pool=p" in flag
    assert "tier=dev" in flag
    assert "kubernetes.io/" not in flag
    [taint] = spec["kubelet"]["config"]["registerWithTaints"]
    assert taint["key"] == "nvidia.com/gpu"


def test_daemonset_reserve_reduces_the_free_capacity() -> None:
    usual, _ = pool_with(instance="g6.xlarge")
    more, _ = pool_with(instance="g6.xlarge", reserve={"cpu": "1", "memory": "4Gi"})

    assert free_capacity(usual).cpu_millis - free_capacity(more).cpu_millis == 500
    assert free_capacity(usual).memory_bytes - free_capacity(more).memory_bytes == 3 * 1024**3
    assert more.allocatable == usual.allocatable
