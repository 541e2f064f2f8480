import pytest

from rehearsal.aws.api import Api
from rehearsal.aws.provider import ProviderError
from tests.unit.rehearsal.aws.services.life import Resource, make, refusal

RANGE = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"


def test_a_range_stays_while_a_subnet_is_in_it(api: Api, vpc: Resource) -> None:
    pods = make(api, RANGE, vpcId=vpc.id, cidrBlock="100.64.0.0/16")
    subnet = make(api, "aws:ec2/subnet:Subnet", vpcId=vpc.id, cidrBlock="100.64.0.0/18")

    with pytest.raises(ProviderError, match="DependencyViolation"):
        pods.goes()

    subnet.goes()
    pods.goes()


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("10.0.128.0/24", "CidrConflict"),
        ("100.64.0.0/10", "InvalidVpc.Range"),
        ("100.64.0.0/29", "InvalidVpc.Range"),
        ("100.64.0.1/16", "InvalidParameterValue"),
    ],
)
def test_a_range_that_a_vpc_cannot_have_is_refused(api: Api, vpc: Resource, block: str, code: str) -> None:
    assert refusal(api, RANGE, vpcId=vpc.id, cidrBlock=block).startswith(code)
