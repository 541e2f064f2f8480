import pytest

from rehearsal.aws.api import Api
from tests.unit.rehearsal.aws.services.life import Resource, make


@pytest.fixture
def key(api: Api) -> Resource:
    return make(api, "aws:kms/key:Key", description="data")


@pytest.fixture
def vpc(api: Api) -> Resource:
    return make(api, "aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16")


@pytest.fixture
def subnet(api: Api, vpc: Resource) -> Resource:
    return make(
        api,
        "aws:ec2/subnet:Subnet",
        vpcId=vpc.id,
        cidrBlock="10.0.0.0/24",
        availabilityZone="eu-central-1a",
    )


@pytest.fixture
def group(api: Api, vpc: Resource) -> Resource:
    return make(api, "aws:ec2/securityGroup:SecurityGroup", vpcId=vpc.id)
