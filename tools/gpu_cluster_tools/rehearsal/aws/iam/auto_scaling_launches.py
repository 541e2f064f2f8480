"""Launches by Auto Scaling with its own rights, for the instances of a node group.

Sources, read 2026-11-28: EC2 Auto Scaling user guide, "Service-linked roles"; AWS managed policy reference,
in moto's copy: AWSServiceRoleForAmazonEKSNodegroup may create the role of Auto Scaling, and
AutoScalingServiceRolePolicy that of EC2 Spot.
"""

from collections.abc import Mapping
from typing import Any

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.iam import account_state, authorization
from gpu_cluster_tools.rehearsal.aws.iam.forward_access import starting_with
from gpu_cluster_tools.rehearsal.aws.iam.linked_roles import linked_role
from gpu_cluster_tools.rehearsal.aws.iam.parameters import values_at
from gpu_cluster_tools.rehearsal.aws.iam.principals import caller
from gpu_cluster_tools.rehearsal.aws.iam.required_permissions import RequiredPermission
from gpu_cluster_tools.rehearsal.aws.iam.resources import ResourceScope

_AUTO_SCALING, _SPOT = "autoscaling.amazonaws.com", "spot.amazonaws.com"
_NODE_GROUPS = "eks-nodegroup.amazonaws.com"


def refused_launch(region: str, template: Mapping[str, Any], *, spot: bool) -> str | None:
    """Reason why a launch template cannot launch instances, in AWS's wording; None if it can."""
    where = ResourceScope(identity.account(), region)
    roles = [(_NODE_GROUPS, _AUTO_SCALING), *([(_AUTO_SCALING, _SPOT)] if spot else [])]
    for creator, service in roles:
        if words := _refused_role(creator, service, where):
            return words
    keys = values_at(template, "BlockDeviceMappings.Ebs.KmsKeyId")
    refusals = (
        authorization.refusal(who, need, region) for who, need in starting_with(keys, where, spot=spot)
    )
    return next(filter(None, refusals), None)


def _refused_role(creator: str, service: str, where: ResourceScope) -> str | None:
    """Let one service create the role of another, where the account has none yet."""
    account_state.create_linked_role(creator, where.account)
    arn = linked_role(where.account, service)
    if account_state.role_named(arn.rpartition("/")[2], where.account) is not None:
        return None
    need = RequiredPermission("iam:CreateServiceLinkedRole", arn, {"iam:awsservicename": (service,)})
    words = authorization.refusal(caller(linked_role(where.account, creator)), need, where.region)
    if words is None:
        account_state.create_linked_role(service, where.account)
    return words
