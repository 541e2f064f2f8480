import json

import pytest

from rehearsal.aws import identity
from rehearsal.aws.answering import Answering
from rehearsal.aws.api import Api
from rehearsal.aws.iam.access_control import AccessControl
from rehearsal.aws.iam.call_log import CallLog
from rehearsal.aws.inside import sender
from rehearsal.aws.moto_application import moto_application
from rehearsal.aws.operations import OPERATIONS
from tests.unit.rehearsal.aws.eks.ground import fresh
from tests.unit.rehearsal.aws.network import Network


@pytest.fixture(scope="session")
def account() -> Answering:
    """An account in this process."""
    return Answering(moto_application(), OPERATIONS)


@pytest.fixture
def api(account: Answering) -> Api:
    return account.api("eu-central-1")


@pytest.fixture
def deployer(account: Answering, api: Api) -> Api:
    """The account as a role sees it that may do everything."""
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = api.call("iam", "CreateRole", RoleName=fresh("deployer"), AssumeRolePolicyDocument=trust)["Role"]
    rights = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    policy = json.dumps({"Version": "2012-10-17", "Statement": rights})
    api.call("iam", "PutRolePolicy", RoleName=role["RoleName"], PolicyName="all", PolicyDocument=policy)
    control = AccessControl(account, CallLog())
    key = identity.access_key(role["Arn"])
    return Api("http://127.0.0.1", "eu-central-1", access_key=key, send=sender(control))


@pytest.fixture
def network(api: Api) -> Network:
    vpc = api.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = api.call("ec2", "CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    table = api.call("ec2", "CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    return Network(vpc, subnet, table)
