import pytest

from rehearsal.aws import made
from rehearsal.aws.api import Api
from rehearsal.aws.leftovers import leftovers
from rehearsal.aws.provider import Provider

VPC, GROUP = "aws:ec2/vpc:Vpc", "aws:ec2/securityGroup:SecurityGroup"


@pytest.fixture(autouse=True)
def _nothing_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "_MADE", {})


def test_what_was_made_is_left_until_it_is_deleted(api: Api) -> None:
    provider = Provider(api, {})
    vpc, state = provider.create(VPC, {"cidrBlock": "10.0.0.0/16"})

    assert (VPC, vpc) in leftovers(api)

    provider.delete(VPC, vpc, state)
    assert (VPC, vpc) not in leftovers(api)


def test_what_came_beside_it_is_left_too(api: Api) -> None:
    vpc, _ = Provider(api, {}).create(VPC, {"cidrBlock": "10.0.0.0/16"})

    group = api.call("ec2", "CreateSecurityGroup", GroupName="beside", Description="-", VpcId=vpc)["GroupId"]

    assert (GROUP, group) in leftovers(api)


def test_what_an_account_has_from_its_beginning_is_not(api: Api) -> None:
    groups = api.call("ec2", "DescribeSecurityGroups")["SecurityGroups"]
    defaults = {(GROUP, group["GroupId"]) for group in groups if group["GroupName"] == "default"}
    Provider(api, {}).create(VPC, {"cidrBlock": "10.0.0.0/16"})

    assert defaults
    assert not defaults & set(leftovers(api))
