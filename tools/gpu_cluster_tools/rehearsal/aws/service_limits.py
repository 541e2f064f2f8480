"""Requests beyond a limit of AWS, each with the error of its service.

The limits are those of `components/gpu_cluster/catalog/limits`. Sources of the errors: botocore 1.44.5,
errors of each operation; aws/aws-sdk-cpp, EC2Errors.cpp; moto 5.2, for CidrLimitExceeded and errors of all
operations. As reported: github-aws-runners/terraform-aws-github-runner/issues/3700 for user data,
ministryofjustice/analytical-platform/issues/6873 and kubernetes/kops/issues/12558 for policies of IAM,
BishopFox/cloudfoxable/issues/29 for those of SQS. All read 2026-11-29.
Not seen: which error S3 has for a policy that is too large.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gpu_cluster.catalog.limits import request_problems
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.error_response import ServiceError

_TABLE = """
backup  *                      InvalidParameterValueException              400
budgets *                      InvalidParameterException                   400
ec2     *                      InvalidParameterValue                       400
ec2     base64                 InvalidUserData.Malformed                   400
ec2     security-group-rules   RulesPerSecurityGroupLimitExceeded          400
ec2     security-groups        SecurityGroupsPerInterfaceLimitExceeded     400
ec2     tags                   TagLimitExceeded                            400
ec2     user-data              InvalidUserData.Malformed                   400
ec2     vpc-cidrs              CidrLimitExceeded                           400
ecr     *                      InvalidParameterException                   400
ecr     tags                   TooManyTagsException                        400
efs     *                      BadRequest                                  400
efs     efs-policy             InvalidPolicyException                      400
efs     mount-targets          MountTargetConflict                         409
eks     *                      InvalidParameterException                   400
iam     *                      ValidationError                             400
iam     iam-inline-policies    LimitExceeded                               409
iam     iam-managed-policy     LimitExceeded                               409
iam     iam-trust-policy       LimitExceeded                               409
iam     tags                   LimitExceeded                               409
kms     kms-key-policy         LimitExceededException                      400
logs    *                      InvalidParameterException                   400
s3      name                   InvalidBucketName                           400
s3      s3-bucket-policy       MalformedPolicy                             400
sns     *                      InvalidParameter                            400
sns     tags                   TagLimitExceeded                            400
sqs     *                      InvalidParameterValue                       400
sqs     sqs-policy             OverLimit                                   403
"""
_OTHERWISE = ("ValidationException", 400)


def refused(api: Api, service: str, operation: str, parameters: Mapping[str, Any]) -> ServiceError | None:
    """Error of a request that exceeds a limit, given the existing resources of the account.

    refused(api, "iam", "CreateRole", {"RoleName": "r" * 65})
    # ServiceError("ValidationError", "RoleName rrr… has 65 characters, iam takes 64", 400)
    """
    given = dict(parameters)
    existing = _existing(api, service, operation, given)
    for found in request_problems(service, operation, given, existing):
        code, status = error_of(service, found.limit)
        return ServiceError(code, found.words, status)
    return None


def error_of(service: str, limit: str) -> tuple[str, int]:
    """Code and status of the error of a service for one limit."""
    return ERRORS.get((service, limit)) or ERRORS.get((service, "*")) or _OTHERWISE


def _errors() -> dict[tuple[str, str], tuple[str, int]]:
    rows = (line.split() for line in filter(None, _TABLE.splitlines()))
    return {(service, limit): (code, int(status)) for service, limit, code, status in rows}


ERRORS: Mapping[tuple[str, str], tuple[str, int]] = _errors()
"""Code and status by service and limit; * is every other one."""


def _existing(api: Api, service: str, operation: str, given: dict[str, Any]) -> Sequence[Any]:
    """Existing values of the account; empty if the request names a missing resource."""
    look = _LOOKS.get((service, operation))
    try:
        return look(api, given) if look else ()
    except (ApiError, KeyError):
        return ()


def _other_policies(api: Api, given: dict[str, Any]) -> list[str]:
    role = given["RoleName"]
    names = api.call("iam", "ListRolePolicies", RoleName=role)["PolicyNames"]
    return [
        json.dumps(api.call("iam", "GetRolePolicy", RoleName=role, PolicyName=name)["PolicyDocument"])
        for name in names
        if name != given["PolicyName"]
    ]


def _ingress(api: Api, given: dict[str, Any]) -> list[Any]:
    return _group(api, given)["IpPermissions"]


def _egress(api: Api, given: dict[str, Any]) -> list[Any]:
    return _group(api, given)["IpPermissionsEgress"]


def _group(api: Api, given: dict[str, Any]) -> dict[str, Any]:
    return api.call("ec2", "DescribeSecurityGroups", GroupIds=[given["GroupId"]])["SecurityGroups"][0]


def _ranges(api: Api, given: dict[str, Any]) -> list[Any]:
    [vpc] = api.call("ec2", "DescribeVpcs", VpcIds=[given["VpcId"]])["Vpcs"]
    return [
        it["CidrBlock"]
        for it in vpc["CidrBlockAssociationSet"]
        if it["CidrBlockState"]["State"] == "associated"
    ]


def _zones(api: Api, given: dict[str, Any]) -> list[str]:
    """Zones of existing mount targets; adds the zone of the request's subnet to the request."""
    [subnet] = api.call("ec2", "DescribeSubnets", SubnetIds=[given["SubnetId"]])["Subnets"]
    given["AvailabilityZoneName"] = subnet["AvailabilityZone"]
    targets = api.call("efs", "DescribeMountTargets", FileSystemId=given["FileSystemId"])["MountTargets"]
    return [it["AvailabilityZoneName"] for it in targets]


def _other_taints(api: Api, given: dict[str, Any]) -> list[Any]:
    named = {name: given[name] for name in ("clusterName", "nodegroupName")}
    changes = given.get("taints", {})
    touched = [*changes.get("removeTaints", []), *changes.get("addOrUpdateTaints", [])]
    keys = {(it["key"], it["effect"]) for it in touched}
    taints = api.call("eks", "DescribeNodegroup", **named)["nodegroup"].get("taints", [])
    return [it for it in taints if (it["key"], it["effect"]) not in keys]


_LOOKS: Mapping[tuple[str, str], Callable[[Api, dict[str, Any]], Sequence[Any]]] = {
    ("ec2", "AssociateVpcCidrBlock"): _ranges,
    ("ec2", "AuthorizeSecurityGroupEgress"): _egress,
    ("ec2", "AuthorizeSecurityGroupIngress"): _ingress,
    ("efs", "CreateMountTarget"): _zones,
    ("eks", "UpdateNodegroupConfig"): _other_taints,
    ("iam", "PutRolePolicy"): _other_policies,
}
