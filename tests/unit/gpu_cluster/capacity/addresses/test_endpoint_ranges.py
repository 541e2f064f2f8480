from gpu_cluster.capacity.addresses import endpoint_ranges
from gpu_cluster.config.network import NetworkSettings

ZONES = ["eu-central-1a", "eu-central-1b"]


def test_endpoint_ranges_are_the_private_subnets() -> None:
    network = NetworkSettings.model_validate({"cidr": "10.40.0.0/16", "zones": ZONES})
    assert endpoint_ranges(network) == ["10.40.0.0/19", "10.40.32.0/19"]


def test_no_endpoint_ranges_without_endpoints() -> None:
    assert endpoint_ranges(NetworkSettings.model_validate({"zones": ZONES, "endpoints": []})) == []
    assert endpoint_ranges(None) == []


def test_endpoint_ranges_of_an_existing_vpc_are_its_cidrs() -> None:
    ids = {"vpc": "vpc-0123456789abcdef0", "private": {ZONES[0]: "subnet-0123456789abcdef0"}}
    existing = {"cidrs": ["10.9.0.0/16", "10.8.0.0/16"], "ids": ids}
    network = NetworkSettings.model_validate({"existing": existing})
    assert endpoint_ranges(network) == ["10.8.0.0/16", "10.9.0.0/16"]
