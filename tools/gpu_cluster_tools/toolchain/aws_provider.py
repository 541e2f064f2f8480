"""The AWS provider of a rehearsal: the Terraform provider inside pulumi-aws, with the services in use."""

import re
from collections.abc import Iterable

from gpu_cluster_tools.toolchain.tool import ModuleTree, SourcePatch, Tool

PULUMI_AWS_VERSION = "v7.51.1"
"""Version of the SDK that the provider serves."""

_WAIT_SCALE = 50
"""Divisor of polling intervals: the account on this machine answers at once."""

_BACKOFF_SCALE = 1000
"""Divisor of the backoff before a rejected call is retried."""

_TIMEOUT_SCALE = 10
"""Divisor of time-outs: a resource that never becomes ready fails in minutes."""

_SERVICES = (
    "autoscaling",
    "backup",
    "budgets",
    "cloudwatch",
    "ec2",
    "ecr",
    "efs",
    "eks",
    "events",
    "fsx",
    "iam",
    "kms",
    "logs",
    "meta",
    "s3",
    "s3control",
    "secretsmanager",
    "sns",
    "sqs",
    "sts",
)
"""Service packages that stay in the provider; the other 240 would take an hour to compile."""

_CLIENTS = {
    "Account": "account",
    "AutoScaling": "autoscaling",
    "Backup": "backup",
    "Budgets": "budgets",
    "CloudWatch": "cloudwatch",
    "EC2": "ec2",
    "ECR": "ecr",
    "EFS": "efs",
    "EKS": "eks",
    "ELB": "elasticloadbalancing",
    "ELBV2": "elasticloadbalancingv2",
    "Events": "eventbridge",
    "FSx": "fsx",
    "IAM": "iam",
    "KMS": "kms",
    "Logs": "cloudwatchlogs",
    "Organizations": "organizations",
    "S3": "s3",
    "S3Control": "s3control",
    "SNS": "sns",
    "SQS": "sqs",
    "STS": "sts",
    "SecretsManager": "secretsmanager",
}
"""Clients that these packages ask for, and the packages of the AWS SDK that they are from."""


def _none_of(names: Iterable[str], end: str) -> str:
    """A word that is none of these names, followed by `end`."""
    return rf"(?!(?:{'|'.join(names)}){end})\w+{end}"


_SDK_IMPORT = (
    r'^\s*"github\.com/aws/aws-sdk-go-v2/service/' + _none_of(sorted(_CLIENTS.values()), '"') + r"\n"
)
_CLIENT = r"^func \(c \*AWSClient\) " + _none_of(_CLIENTS, "Client") + r"\(.*?^}\n\n?"
_PACKAGE_IMPORT = (
    r'^\s*"github\.com/hashicorp/terraform-provider-aws/internal/service/' + _none_of(_SERVICES, '"') + r"\n"
)
_PACKAGE = r"^\s*" + _none_of(_SERVICES, r"\.") + r"ServicePackage\(ctx\),\n"


_BACKOFF = "internal/conns/backoff_delayer.go"


def _shorter(file: str, wait: str, scale: int) -> SourcePatch:
    """Divide the last argument of a call by a scale."""
    return SourcePatch(file, re.escape(wait), f"{wait[:-1]} / {scale})")


# hashicorp/terraform-provider-aws 6.34.0
_PROVIDER = ModuleTree(
    module="github.com/upbound/terraform-provider-aws",
    version="v0.0.0-20260305123303-f7691456b787",
    folder="terraform-provider-aws",
    paths=("go.mod", "internal", "names", "version", "xpprovider"),
    edits=(
        SourcePatch("internal/conns/awsclient_gen.go", _SDK_IMPORT, "", times=None),
        SourcePatch("internal/conns/awsclient_gen.go", _CLIENT, "", times=None),
        SourcePatch("internal/provider/sdkv2/service_packages_gen.go", _PACKAGE_IMPORT, "", times=None),
        SourcePatch("internal/provider/sdkv2/service_packages_gen.go", _PACKAGE, "", times=None),
        _shorter("internal/backoff/backoff.go", "time.After(d)", _WAIT_SCALE),
        _shorter("internal/backoff/backoff.go", "inttypes.NewDeadline(timeout)", _TIMEOUT_SCALE),
        SourcePatch(
            "internal/conns/backoff_delayer.go", "return delay, nil", f"return delay / {_BACKOFF_SCALE}, nil"
        ),
    ),
)

_RETRY = "helper/retry/state.go"

_PLUGIN_SDK = ModuleTree(
    module="github.com/pulumi/terraform-plugin-sdk/v2",
    version="v2.0.0-20250923233607-7f1981c8674a",
    folder="terraform-plugin-sdk",
    paths=("go.mod", "diag", "helper", "internal", "meta", "plugin", "terraform"),
    edits=(
        _shorter(_RETRY, "time.After(conf.Delay)", _WAIT_SCALE),
        _shorter(_RETRY, "time.After(wait)", _WAIT_SCALE),
        _shorter(_RETRY, "time.After(conf.Timeout)", _TIMEOUT_SCALE),
    ),
)

AWS_PROVIDER = Tool(
    name="pulumi-resource-aws",
    version=PULUMI_AWS_VERSION,
    module="aws-provider",
    package=".",
    variables={"main.Version": PULUMI_AWS_VERSION.removeprefix("v")},
    trees=(_PROVIDER, _PLUGIN_SDK),
    generates=("schema", "--out", ".", "--skip-docs", "--skip-examples"),
)
