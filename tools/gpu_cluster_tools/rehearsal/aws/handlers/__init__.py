"""Handlers by service, for operations that moto lacks or implements incompletely."""

from collections.abc import Mapping

from gpu_cluster_tools.rehearsal.aws import eks
from gpu_cluster_tools.rehearsal.aws.handlers import (
    backup,
    budgets,
    ec2,
    ecr,
    efs,
    fsx,
    instance_profiles,
    pricing,
    scheduled_actions,
    ssm,
)
from gpu_cluster_tools.rehearsal.aws.router import Operation

OPERATIONS: Mapping[str, Mapping[str, Operation]] = {
    "autoscaling": scheduled_actions.OPERATIONS,
    "backup": backup.OPERATIONS,
    "budgets": budgets.OPERATIONS,
    "ec2": ec2.OPERATIONS,
    "ecr": ecr.OPERATIONS,
    "efs": efs.OPERATIONS,
    "eks": eks.OPERATIONS,
    "fsx": fsx.OPERATIONS,
    "iam": instance_profiles.OPERATIONS,
    "pricing": pricing.OPERATIONS,
    "ssm": ssm.OPERATIONS,
}
