import base64

from gpu_cluster.aws.nodes import user_data
from gpu_cluster.plan import Registered
from tests.unit.gpu_cluster.aws.nodes.eks import BLOCK, KEY, RESERVATION, group_with, pool_with

BOTTLEROCKET = {"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"}


def template(**settings: object) -> Registered:
    return group_with(**settings).only("LaunchTemplate")


def test_launch_template_requires_imdsv2_with_hop_limit_1() -> None:
    assert template(instance="m7i.xlarge")["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }


def test_root_volume_is_encrypted_with_the_volumes_key() -> None:
    [root] = template(instance="m7i.xlarge", disk={"size": "300Gi"})["blockDeviceMappings"]
    assert root["deviceName"] == "/dev/xvda"
    assert root["ebs"] == {
        "volumeType": "gp3",
        "encrypted": "true",
        "kmsKeyId": KEY,
        "deleteOnTermination": "true",
        "volumeSize": 300,
        "iops": 3000,
        "throughput": 125,
    }


def test_bottlerocket_has_a_system_and_a_data_volume() -> None:
    system, data = template(instance="g6.xlarge", ami=BOTTLEROCKET)["blockDeviceMappings"]
    assert (system["deviceName"], data["deviceName"]) == ("/dev/xvda", "/dev/xvdb")
    assert "volumeSize" not in system["ebs"]
    assert data["ebs"]["volumeSize"] == 100
    assert system["ebs"]["kmsKeyId"] == data["ebs"]["kmsKeyId"] == KEY


def test_node_has_one_interface_without_public_address() -> None:
    assert template(instance="g6.4xlarge")["networkInterfaces"] == [
        {
            "networkCardIndex": 0,
            "deviceIndex": 0,
            "interfaceType": "interface",
            "associatePublicIpAddress": "false",
            "deleteOnTermination": "true",
            "securityGroups": ["sg-cluster"],
        }
    ]


def test_efa_uses_every_network_card_without_placement() -> None:
    made = template(instance="p5.48xlarge", efa=True, capacity={"capacityBlock": BLOCK})
    interfaces = made["networkInterfaces"]
    assert [each["networkCardIndex"] for each in interfaces] == list(range(32))
    assert {each["interfaceType"] for each in interfaces[1:]} == {"efa-only"}
    assert all(each["securityGroups"] == ["sg-cluster"] for each in interfaces)
    # EC2 rejects the key if there is a second interface, and assigns no public address then.
    assert not any("associatePublicIpAddress" in each for each in interfaces)
    assert "placement" not in made.inputs


def test_instances_volumes_and_interfaces_have_tags() -> None:
    specifications = template(instance="m7i.xlarge")["tagSpecifications"]
    assert [each["resourceType"] for each in specifications] == ["instance", "volume", "network-interface"]
    for each in specifications:
        assert each["tags"] == {"team": "platform", "gpu-cluster/pool": "p", "Name": "p"}


def test_on_demand_and_spot_templates_set_no_reservation_or_market() -> None:
    for market in ("on-demand", "spot"):
        keys = template(instance="g6.4xlarge", capacity=market).inputs.keys()
        assert not keys & {"capacityReservationSpecification", "instanceMarketOptions", "instanceType"}


def test_reservation_is_the_capacity_target_of_the_template() -> None:
    made = template(instance="p5.48xlarge", capacity={"reservation": RESERVATION})
    assert made["capacityReservationSpecification"] == {
        "capacityReservationTarget": {"capacityReservationId": "cr-0123456789abcdef0"}
    }
    assert "instanceMarketOptions" not in made.inputs


def test_capacity_block_template_sets_target_market_and_instance_type() -> None:
    made = template(instance="p5.48xlarge", capacity={"capacityBlock": BLOCK})
    target = made["capacityReservationSpecification.capacityReservationTarget"]
    assert target == {"capacityReservationId": "cr-0123456789abcdef0"}
    assert made["instanceMarketOptions"] == {"marketType": "capacity-block"}
    assert made["instanceType"] == "p5.48xlarge"


def test_user_data_is_base64_encoded() -> None:
    made = template(instance="g6.4xlarge")
    assert base64.b64decode(made["userData"]).decode() == user_data(*pool_with(instance="g6.4xlarge"))
