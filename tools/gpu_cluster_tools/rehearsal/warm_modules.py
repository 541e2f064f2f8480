"""All that a program may need, loaded by whoever imports this: the process that programs are forked from."""

from importlib import import_module

_OF_THE_PLATFORM = ("gpu_cluster.stack", "gpu_cluster.platform", "gpu_cluster.aws.environment")
_OF_AWS = [
    "autoscaling",
    "backup",
    "budgets",
    "cloudwatch",
    "ec2",
    "ecr",
    "efs",
    "eks",
    "fsx",
    "iam",
    "kms",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "vpc",
]

for name in (*_OF_THE_PLATFORM, *(f"pulumi_aws.{each}" for each in _OF_AWS)):
    dir(import_module(name))  # the SDK loads a module when something of it is asked for
