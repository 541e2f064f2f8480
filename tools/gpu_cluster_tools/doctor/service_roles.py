"""Service-linked roles of the account: roles that AWS creates automatically, and the role of spot."""

from collections.abc import Iterator

from gpu_cluster.config.pools import Provisioner
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.notes import MAKE_SPOT_ROLE, SPOT_ROLE, spot_pools
from gpu_cluster_tools.doctor.aws import Aws, AwsCallError
from gpu_cluster_tools.doctor.check import Check, Group

_ACCOUNT = Group("account")
_NAME = "service-linked roles"
_OF_CLUSTERS = ("AWSServiceRoleForAmazonEKS",)
_OF_NODE_GROUPS = ("AWSServiceRoleForAmazonEKSNodegroup", "AWSServiceRoleForAutoScaling")
"""Created with the first cluster and node group, for a caller with `iam:CreateServiceLinkedRole` (Amazon EKS
user guide, using-service-linked-roles-eks and -eks-nodegroups; Amazon EC2 Auto Scaling user guide,
autoscaling-service-linked-role; 2026-11-28)."""


def service_roles(stack: Stack, aws: Aws | None) -> Iterator[Check]:
    """Fails where pools are spot and the account has never had any. `UnreachableError` as of `Aws.call`."""
    spot = spot_pools(stack)
    if aws is None:
        if spot:
            yield _ACCOUNT.skip(
                SPOT_ROLE, f"the role for {', '.join(spot)} can only be checked with AWS credentials"
            )
        return
    try:
        missing = [role for role in _made_by_aws(stack) if not _exists(role, aws)]
        if spot:
            yield _of_spot(spot, aws)
    except AwsCallError as error:
        yield _ACCOUNT.skip(_NAME, str(error))
        return
    if missing:
        yield _ACCOUNT.warn(
            _NAME,
            f"AWS creates {', '.join(missing)} with the first cluster or node group",
            "allow iam:CreateServiceLinkedRole for the deploying principal",
        )
    else:
        yield _ACCOUNT.ok(_NAME, "the EKS roles exist")


def _of_spot(pools: list[str], aws: Aws) -> Check:
    if _exists(SPOT_ROLE, aws):
        return _ACCOUNT.ok(SPOT_ROLE, f"exists, for spot instances of {', '.join(pools)}")
    return _ACCOUNT.fail(
        SPOT_ROLE, f"is missing, so spot instances of {', '.join(pools)} cannot start", MAKE_SPOT_ROLE
    )


def _made_by_aws(stack: Stack) -> tuple[str, ...]:
    grouped = any(pool.provisioner is Provisioner.NODE_GROUP for pool in stack.pools.values())
    return (*_OF_CLUSTERS, *(_OF_NODE_GROUPS if grouped else ()))


def _exists(role: str, aws: Aws) -> bool:
    try:
        aws.call("iam", "get_role", RoleName=role)
    except AwsCallError as error:
        if "(NoSuchEntity)" in str(error):
            return False
        raise
    return True
