import json

import pytest

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.handlers import OPERATIONS
from gpu_cluster_tools.rehearsal.aws.iam.access_control import AccessControl
from gpu_cluster_tools.rehearsal.aws.iam.call_log import CallLog
from gpu_cluster_tools.rehearsal.aws.in_process_client import in_process_sender
from gpu_cluster_tools.rehearsal.aws.moto_application import moto_application
from gpu_cluster_tools.rehearsal.aws.router import Router
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import fresh
from tests.unit.gpu_cluster_tools.rehearsal.aws.network import Network


@pytest.fixture(scope="session")
def account() -> Router:
    """An account in this process."""
    return Router(moto_application(), OPERATIONS)


@pytest.fixture
def api(account: Router) -> Api:
    return account.api("eu-central-1")


@pytest.fixture
def deployer(account: Router, api: Api) -> Api:
    """The account as used by an administrator role."""
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = api.call("iam", "CreateRole", RoleName=fresh("deployer"), AssumeRolePolicyDocument=trust)["Role"]
    rights = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    policy = json.dumps({"Version": "2012-10-17", "Statement": rights})
    api.call("iam", "PutRolePolicy", RoleName=role["RoleName"], PolicyName="all", PolicyDocument=policy)
    control = AccessControl(account, CallLog())
    key = identity.access_key(role["Arn"])
    return Api("http://127.0.0.1", "eu-central-1", access_key=key, send=in_process_sender(control))


@pytest.fixture
def network(api: Api) -> Network:
    vpc = api.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = api.call("ec2", "CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    table = api.call("ec2", "CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    return Network(vpc, subnet, table)
