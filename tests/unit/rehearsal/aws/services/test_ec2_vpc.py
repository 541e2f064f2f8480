import pytest

from rehearsal.aws.api import Api
from rehearsal.aws.provider import ProviderError
from tests.unit.rehearsal.aws.services.life import Resource, make


def test_a_vpc_stays_while_something_is_in_it(api: Api, vpc: Resource, group: Resource) -> None:
    gateway = make(api, "aws:ec2/internetGateway:InternetGateway", vpcId=vpc.id)
    with pytest.raises(ProviderError, match="DependencyViolation"):
        vpc.goes()

    group.goes()
    with pytest.raises(ProviderError, match="DependencyViolation"):
        vpc.goes()

    gateway.goes()
    vpc.goes()


def test_a_subnet_stays_while_an_interface_is_in_it(api: Api, subnet: Resource) -> None:
    made = api.call("ec2", "CreateNetworkInterface", SubnetId=subnet.id)["NetworkInterface"]
    with pytest.raises(ProviderError, match="DependencyViolation"):
        subnet.goes()

    api.call("ec2", "DeleteNetworkInterface", NetworkInterfaceId=made["NetworkInterfaceId"])
    subnet.goes()
