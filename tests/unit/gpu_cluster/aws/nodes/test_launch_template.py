import base64

from gpu_cluster.aws.nodes import user_data
from gpu_cluster.plan import Registered
from tests.unit.gpu_cluster.aws.nodes.eks import BLOCK, KEY, RESERVATION, group_with, pool_with

BOTTLEROCKET = {"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"}


def template(**settings: object) -> Registered:
    return group_with(**settings).only("LaunchTemplate")


def test_pods_cannot_get_the_role_of_their_node() -> None:
    assert template(instance="m7i.xlarge")["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }


def test_the_root_volume_is_encrypted_with_the_platform_s_key() -> None:
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


def test_bottlerocket_has_its_system_on_one_volume_and_the_rest_on_another() -> None:
    system, data = template(instance="g6.xlarge", ami=BOTTLEROCKET)["blockDeviceMappings"]
    assert (system["deviceName"], data["deviceName"]) == ("/dev/xvda", "/dev/xvdb")
    assert "volumeSize" not in system["ebs"]
    assert data["ebs"]["volumeSize"] == 100
    assert system["ebs"]["kmsKeyId"] == data["ebs"]["kmsKeyId"] == KEY


def test_a_node_has_one_interface_and_no_public_address() -> None:
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


def test_efa_takes_every_card_and_forces_no_placement() -> None:
    made = template(instance="p5.48xlarge", efa=True, capacity={"capacityBlock": BLOCK})
    interfaces = made["networkInterfaces"]
    assert [each["networkCardIndex"] for each in interfaces] == list(range(32))
    assert {each["interfaceType"] for each in interfaces[1:]} == {"efa-only"}
    assert all(each["securityGroups"] == ["sg-cluster"] for each in interfaces)
    # EC2 refuses the key beside a second interface, and gives no public address then.
    assert not any("associatePublicIpAddress" in each for each in interfaces)
    assert "placement" not in made.inputs


def test_servers_volumes_and_interfaces_say_whose_they_are() -> None:
    specifications = template(instance="m7i.xlarge")["tagSpecifications"]
    assert [each["resourceType"] for each in specifications] == ["instance", "volume", "network-interface"]
    for each in specifications:
        assert each["tags"] == {"team": "platform", "gpu-cluster/pool": "p", "Name": "p"}


def test_what_is_not_reserved_is_taken_from_the_market() -> None:
    for market in ("on-demand", "spot"):
        keys = template(instance="g6.4xlarge", capacity=market).inputs.keys()
        assert not keys & {"capacityReservationSpecification", "instanceMarketOptions", "instanceType"}


def test_reserved_servers_come_from_the_reservation_alone() -> None:
    made = template(instance="p5.48xlarge", capacity={"reservation": RESERVATION})
    assert made["capacityReservationSpecification"] == {
        "capacityReservationTarget": {"capacityReservationId": "cr-0123456789abcdef0"}
    }
    assert "instanceMarketOptions" not in made.inputs


def test_a_capacity_block_is_named_with_its_type() -> None:
    made = template(instance="p5.48xlarge", capacity={"capacityBlock": BLOCK})
    target = made["capacityReservationSpecification.capacityReservationTarget"]
    assert target == {"capacityReservationId": "cr-0123456789abcdef0"}
    assert made["instanceMarketOptions"] == {"marketType": "capacity-block"}
    assert made["instanceType"] == "p5.48xlarge"


def test_user_data_is_encoded_as_ec2_takes_it() -> None:
    made = template(instance="g6.4xlarge")
    assert base64.b64decode(made["userData"]).decode() == user_data(*pool_with(instance="g6.4xlarge"))
