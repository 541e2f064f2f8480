"""IAM policy of the Karpenter controller: start and end its own servers, and describe the account."""

import json
from typing import Any

from gpu_cluster.config.partition import partition_of

# Source of all actions: karpenter.sh/v1.13/reference/cloudformation, compared with the AWS calls in the code
# of module github.com/aws/karpenter-provider-aws v1.13.0, 2026-11-28. Left out is what it needs to make
# instance profiles, since ours is made here, and zonal shift, which is off.
_LOOKS_AT = (
    "CapacityReservations",
    "Images",
    "InstanceStatus",
    "InstanceTypeOfferings",
    "InstanceTypes",
    "Instances",
    "LaunchTemplates",
    "PlacementGroups",
    "SecurityGroups",
    "SpotPriceHistory",
    "Subnets",
)
_STARTED = ("fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume")
_TAKEN = (
    "capacity-reservation",
    "image",
    "launch-template",
    "placement-group",
    "security-group",
    "snapshot",
    "subnet",
)


def controller_policy(
    *,
    cluster: str,
    account: str,
    region: str,
    queue: str,
    node_role: str,
    key: str,
    spot: bool = False,
) -> str:
    """A policy document; `queue`, `node_role` and `key` are ARNs.

    Its instances have a tag of the cluster, and it may change or terminate only instances with that tag.
    """
    owned = f"kubernetes.io/cluster/{cluster}"
    aws = f"arn:{partition_of(region)}"
    ec2 = f"{aws}:ec2:{region}"
    asked = {"StringEquals": {f"aws:RequestTag/{owned}": "owned"}}
    own = {"StringEquals": {f"aws:ResourceTag/{owned}": "owned"}}
    started = [f"{ec2}:{account}:{kind}/*" for kind in _STARTED]
    statements = [
        _allow("Look", [f"ec2:Describe{what}" for what in _LOOKS_AT], "*", _in(region)),
        _allow("ReadPublishedImages", ["ssm:GetParameter"], f"{aws}:ssm:{region}::parameter/aws/service/*"),
        _allow("ReadPrices", ["pricing:GetProducts"], "*"),
        _allow("StartWhatBearsTheTag", ["ec2:CreateFleet", "ec2:RunInstances"], started, asked),
        _allow("DescribeWhatToStart", ["ec2:CreateLaunchTemplate"], started, asked),
        _allow(
            "StartWithWhatIsThere",
            ["ec2:CreateFleet", "ec2:RunInstances"],
            [*(f"{ec2}:*:{kind}/*" for kind in _TAKEN if kind != "image"), f"{ec2}::image/*"],
        ),
        _allow(
            "TagWhatIsStarted",
            ["ec2:CreateTags"],
            started,
            {
                "StringEquals": {
                    f"aws:RequestTag/{owned}": "owned",
                    "ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "RunInstances"],
                }
            },
        ),
        _allow(
            "NameItsNodes",
            ["ec2:CreateTags"],
            f"{ec2}:{account}:instance/*",
            {
                **own,
                "ForAllValues:StringEquals": {
                    "aws:TagKeys": ["Name", "eks:eks-cluster-name", "karpenter.sh/nodeclaim"]
                },
            },
        ),
        _allow(
            "EndItsOwn",
            ["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"],
            [f"{ec2}:{account}:instance/*", f"{ec2}:{account}:launch-template/*"],
            own,
        ),
        _allow(
            "LendTheNodeRole",
            ["iam:PassRole"],
            node_role,
            {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
        # The finalizer of an EC2NodeClass lists instance profiles that Karpenter made for it, and looks for
        # the one of older versions, even where there are none: refused, the object stays for ever.
        _allow("ListInstanceProfiles", ["iam:ListInstanceProfiles"], "*"),
        _allow(
            "ReadInstanceProfiles",
            ["iam:GetInstanceProfile"],
            f"{aws}:iam::{account}:instance-profile/*",
        ),
        _allow("FindTheCluster", ["eks:DescribeCluster"], f"{aws}:eks:{region}:{account}:cluster/{cluster}"),
        _allow(
            "HearOfInterruptions",
            ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
            queue,
        ),
        _allow(
            "EncryptDisks",
            ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"],
            key,
            {"StringEquals": {"kms:ViaService": f"ec2.{region}.amazonaws.com"}},
        ),
        _allow(
            "LendTheKeyToDisks",
            ["kms:CreateGrant"],
            key,
            {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        *([_spot_role(f"{aws}:iam::{account}")] if spot else []),
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _allow(
    sid: str, actions: list[str], resources: str | list[str], condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
    return statement | ({"Condition": condition} if condition else {})


def _spot_role(iam: str) -> dict[str, Any]:
    """In an account without the service-linked role, EC2 creates it if the caller has the permission, and
    otherwise fails with AuthFailure.ServiceLinkedRoleCreationNotPermitted (Amazon EC2 user guide,
    service-linked-roles-spot-instance-requests, 2026-11-28)."""
    return _allow(
        "CreateSpotRole",
        ["iam:CreateServiceLinkedRole"],
        f"{iam}:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot",
        {"StringEquals": {"iam:AWSServiceName": "spot.amazonaws.com"}},
    )


def _in(region: str) -> dict[str, Any]:
    return {"StringEquals": {"aws:RequestedRegion": region}}
