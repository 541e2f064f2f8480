"""AWS account: whether the credentials are for it, which permissions they have on the cluster, and whether
the region is enabled."""

import re
from collections.abc import Iterator

from gpu_cluster.config.eks import AccessPolicy, EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.aws import Aws, AwsCallError
from gpu_cluster_tools.doctor.check import Check, Group

_ACCOUNT = Group("account")


def account(stack: Stack, aws: Aws) -> Iterator[Check]:
    """`UnreachableError` where the account does not answer."""
    settings = stack.cluster
    if not isinstance(settings, EksSettings):
        return
    try:
        identity = aws.call("sts", "get_caller_identity")
    except AwsCallError as error:
        yield _ACCOUNT.fail("account", str(error), _not_accepted(aws.region))
        return
    found, arn = identity["Account"], identity["Arn"]
    if found != settings.account:
        yield _ACCOUNT.fail(
            "account",
            f"the credentials are for {found}, but gpu-cluster:cluster.account is {settings.account}",
            "sign in to the account of the stack, or set AWS_PROFILE",
        )
        return
    yield _ACCOUNT.ok("account", f"{found}, the value of gpu-cluster:cluster.account")
    yield _deployer(settings, principal_of(arn))
    yield from _region(aws)


def _not_accepted(region: str) -> str:
    """Advice on credentials that AWS does not accept: a region that has to be enabled refuses all of them.

    Source: AWS re:Post knowledge center, iam-validate-access-credentials, 2026-11-30.
    """
    return (
        f"sign in again; if {region} is not enabled by default, enable it in the account settings, and get "
        "the credentials from a regional endpoint of STS"
    )


def principal_of(arn: str) -> str:
    """The role or user behind a session.

    principal_of("arn:aws:sts::123456789012:assumed-role/ops/me")  # arn:aws:iam::123456789012:role/ops
    """
    session = re.fullmatch(r"arn:([^:]+):sts::(\d{12}):assumed-role/([^/]+)/.*", arn)
    return f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}" if session else arn


def _deployer(settings: EksSettings, principal: str) -> Check:
    admins = {
        entry.principal for entry in settings.access.values() if entry.policy is AccessPolicy.CLUSTER_ADMIN
    }
    names = {_without_path(admin) for admin in admins}
    if _without_path(principal) in names:
        return _ACCOUNT.ok("access", f"{principal} is a cluster-admin in gpu-cluster:cluster.access")
    return _ACCOUNT.warn(
        "access",
        f"{principal} is not a cluster-admin in gpu-cluster:cluster.access and cannot deploy",
        f"sign in as {' or '.join(sorted(admins)) or 'one'}, or add it",
    )


def _without_path(arn: str) -> str:
    """A session does not tell the path of its role."""
    kind, _, name = arn.partition("/")
    return f"{kind}/{name.rpartition('/')[2]}"


def _region(aws: Aws) -> Iterator[Check]:
    try:
        [region] = aws.call("ec2", "describe_regions", RegionNames=[aws.region], AllRegions=True)["Regions"]
    except AwsCallError as error:
        yield _ACCOUNT.skip("region", str(error))
        return
    if region["OptInStatus"] == "not-opted-in":
        yield _ACCOUNT.fail(
            "region",
            f"{aws.region} is not enabled in this account",
            "enable the region in the account settings",
        )
    else:
        yield _ACCOUNT.ok("region", aws.region)
