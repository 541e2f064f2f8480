import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.iam.access_control import AccessControl
from gpu_cluster_tools.rehearsal.aws.iam.call_log import CallLog
from gpu_cluster_tools.rehearsal.aws.in_process_client import in_process_sender
from gpu_cluster_tools.rehearsal.aws.router import Router
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites, fresh

REGION = "eu-central-1"


@pytest.fixture
def log() -> CallLog:
    return CallLog()


@pytest.fixture
def door(account: Router, log: CallLog) -> AccessControl:
    return AccessControl(account, log)


As = Callable[..., Api]
"""The account as used by a new role with these statements; `services` may assume the role too."""


@pytest.fixture
def as_role(door: AccessControl, api: Api) -> As:
    def made(*statements: Mapping[str, Any], service: str = "ec2.amazonaws.com") -> Api:
        name = fresh("caller")
        trust = [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]
        document = json.dumps({"Version": "2012-10-17", "Statement": trust})
        role = api.call("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=document)["Role"]
        if statements:
            text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            api.call("iam", "PutRolePolicy", RoleName=name, PolicyName="rights", PolicyDocument=text)
        key = identity.access_key(role["Arn"])
        return Api("http://127.0.0.1", REGION, access_key=key, send=in_process_sender(door))

    return made


@pytest.fixture
def eks(api: Api) -> Prerequisites:
    return Prerequisites.create(api)


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}
