import json

import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import fresh

READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def role(api: Api, path: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = api.call("iam", "CreateRole", RoleName=fresh("sso"), Path=path, AssumeRolePolicyDocument=trust)
    return made["Role"]["RoleName"]


def test_identity_center_role_cannot_be_changed(api: Api, deployer: Api) -> None:
    name = role(api, "/aws-reserved/sso.amazonaws.com/eu-central-1/")
    with pytest.raises(ApiError, match=f"protected role '{name}' - this role is only modifiable by AWS"):
        deployer.call("iam", "AttachRolePolicy", RoleName=name, PolicyArn=READ)


def test_other_role_can_be_changed(api: Api, deployer: Api) -> None:
    deployer.call("iam", "AttachRolePolicy", RoleName=role(api, "/ops/"), PolicyArn=READ)
