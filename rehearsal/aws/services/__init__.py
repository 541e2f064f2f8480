"""The table of emulated resource types, one module per AWS service."""

from collections.abc import Mapping
from functools import cache

from rehearsal.aws.kind import Kind
from rehearsal.aws.services import (
    alarms,
    autoscaling,
    backup,
    budgets,
    cloudwatch,
    ec2_addresses,
    ec2_endpoints,
    ec2_gateways,
    ec2_routes,
    ec2_security,
    ec2_templates,
    ec2_vpc,
    ecr,
    ecr_registry,
    efs,
    eks_access,
    eks_addons,
    eks_clusters,
    eks_node_groups,
    events,
    fsx,
    iam,
    iam_profiles,
    kms,
    s3,
    secrets,
    sns,
    sqs,
)

_MODULES = (
    ec2_vpc,
    ec2_addresses,
    ec2_gateways,
    ec2_routes,
    ec2_security,
    ec2_endpoints,
    ec2_templates,
    kms,
    cloudwatch,
    iam,
    iam_profiles,
    s3,
    ecr,
    ecr_registry,
    efs,
    fsx,
    sqs,
    events,
    eks_clusters,
    eks_node_groups,
    eks_addons,
    eks_access,
    autoscaling,
    budgets,
    backup,
    secrets,
    sns,
    alarms,
)


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its token."""
    return {kind.type: kind for module in _MODULES for kind in module.KINDS}


def kind_of(token: str) -> Kind:
    """The kind of a token such as aws:ec2/vpc:Vpc. KeyError where there is none."""
    return kinds()[token]
