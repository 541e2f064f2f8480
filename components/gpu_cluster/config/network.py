"""`gpu-cluster:network`: the VPC of an EKS cluster, new or existing."""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator

from gpu_cluster.config.cidr import Cidr, as_cidr
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.retention import RetentionDays
from gpu_cluster.config.section import Settings
from gpu_cluster.config.zone import Zone

_PRIVATE = [IPv4Network(it) for it in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]
"""RFC 1918 ranges, and the shared range of RFC 6598."""

VPC_SIZES = range(16, 22)
POD_SIZES = range(13, 25)
"""Prefix lengths.

AWS limits CIDR blocks to /16 (VPC user guide, VPC CIDR blocks, 2026-11-21). Each zone gets an eighth of the
pod range. No subnet is smaller than the /27 recommended for load balancers."""


def _vpc(given: str) -> str:
    return _sized(given, VPC_SIZES)


def _pods(given: str) -> str:
    return _sized(given, POD_SIZES)


def _sized(given: str, sizes: range) -> str:
    network = ip_network(given)
    if not _is_private(network):
        raise ValueError("expected a range within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10")
    if network.prefixlen not in sizes:
        raise ValueError(f"expected a range from /{sizes[0]} to /{sizes[-1]}")
    return given


def _is_private(network: IPv4Network | IPv6Network) -> bool:
    return isinstance(network, IPv4Network) and any(network.subnet_of(it) for it in _PRIVATE)


def _shown(sizes: range) -> WithJsonSchema:
    private = r"(10|172\.(1[6-9]|2\d|3[01])|192\.168|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))"
    lengths = "|".join(map(str, sizes))
    return as_cidr(rf"{private}\.[\d.]+/({lengths})")


VpcCidr = Annotated[Cidr, AfterValidator(_vpc), _shown(VPC_SIZES)]
PodCidr = Annotated[Cidr, AfterValidator(_pods), _shown(POD_SIZES)]

VpcId = Annotated[str, Pattern(r"vpc-[0-9a-f]{8,17}", "an id such as vpc-0123456789abcdef0")]
SubnetId = Annotated[str, Pattern(r"subnet-[0-9a-f]{8,17}", "an id such as subnet-0123456789abcdef0")]


class Nat(StrEnum):
    """NAT gateways of the private subnets."""

    NONE = "none"
    SINGLE = "single"
    PER_ZONE = "per-zone"


class AwsService(StrEnum):
    """AWS service with an interface endpoint."""

    APS_WORKSPACES = "aps-workspaces"
    AUTOSCALING = "autoscaling"
    EC2 = "ec2"
    ECR_API = "ecr.api"
    ECR_DKR = "ecr.dkr"
    EKS = "eks"
    EKS_AUTH = "eks-auth"
    ELASTICFILESYSTEM = "elasticfilesystem"
    ELASTICLOADBALANCING = "elasticloadbalancing"
    FSX = "fsx"
    GUARDDUTY_DATA = "guardduty-data"
    KMS = "kms"
    LOGS = "logs"
    MONITORING = "monitoring"
    SECRETSMANAGER = "secretsmanager"
    SQS = "sqs"
    SSM = "ssm"
    SSMMESSAGES = "ssmmessages"
    STS = "sts"


EVERY_NODE_CALLS = frozenset(
    {
        AwsService.EC2,
        AwsService.ECR_API,
        AwsService.ECR_DKR,
        AwsService.EKS,
        AwsService.EKS_AUTH,
        AwsService.LOGS,
        AwsService.STS,
    }
)
"""Services required for nodes to join and for pods to get their IAM role.

Source: Amazon EKS user guide, private clusters (2026-11-21). Session Manager is not included, because the
node role does not allow its agent to register.
"""


NODE_ENDPOINTS = ("s3", "ecr.api", "ecr.dkr", "ec2", "sts")
"""Endpoints for services that every node calls at startup and for image pulls, from the same guide."""


class VpcGuarantee(StrEnum):
    """Property of an existing VPC."""

    PRIVATE_SUBNETS = "private-subnets"
    FLOW_LOGS = "flow-logs"
    DEFAULT_GROUP_CLOSED = "default-group-closed"
    ENDPOINTS = "endpoints"


class FlowLogSettings(Settings):
    """VPC flow logs in CloudWatch."""

    retention_days: RetentionDays = 90
    """Log retention, in days. Default: 90."""


class NetworkIds(Settings):
    """Existing VPC and subnets by ID."""

    vpc: VpcId
    """VPC ID, such as vpc-0123456789abcdef0."""

    private: Annotated[dict[Zone, SubnetId], Field(min_length=1)]
    """Node subnet ID by zone, such as {eu-central-1a: subnet-0123456789abcdef0}."""

    public: dict[Zone, SubnetId] = Field(default={})
    """Subnet ID of internet-facing load balancers by zone. Default: none."""

    intra: dict[Zone, SubnetId] = Field(default={})
    """Subnet ID of the control-plane network interfaces by zone. Default: the private subnets."""

    pods: dict[Zone, SubnetId] = Field(default={})
    """Pod subnet ID by zone. Default: the private subnets."""


class NetworkTags(Settings):
    """Existing VPC and subnets by unique tags: one subnet of each kind per zone."""

    zones: Annotated[list[Zone], Field(min_length=1)]
    """Availability zones of the subnets."""

    vpc: Annotated[dict[str, str], Field(min_length=1)]
    """Tags of the VPC, such as {Name: shared}."""

    private: Annotated[dict[str, str], Field(min_length=1)]
    """Tags of the node subnets, such as {tier: private}."""

    public: dict[str, str] = Field(default={})
    """Tags of the subnets of internet-facing load balancers. Default: none."""

    intra: dict[str, str] = Field(default={})
    """Tags of the subnets of the control-plane network interfaces. Default: the private subnets."""

    pods: dict[str, str] = Field(default={})
    """Tags of the pod subnets. Default: the private subnets."""


class ExistingNetwork(Settings):
    """Existing VPC. Exactly one of ids and tags."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["ids"]}, {"required": ["tags"]}]})

    cidrs: Annotated[list[Cidr], Field(min_length=1)]
    """CIDR ranges of the VPC, including pods; security groups allow these ranges."""

    ids: NetworkIds | None = None
    """VPC and subnets by ID. Default: none."""

    tags: NetworkTags | None = None
    """VPC and subnets by tags. Default: none."""

    guarantees: frozenset[VpcGuarantee] = frozenset()
    """Properties that the VPC's owner guarantees; policies do not judge the others. Default: none."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.ids is None) == (self.tags is None):
            raise ValueError(f"expected exactly one of ids and tags, got {'both' if self.ids else 'neither'}")
        return self

    @property
    def zones(self) -> list[str]:
        """Availability zones of the nodes."""
        if self.tags:
            return self.tags.zones
        return list(self.ids.private) if self.ids else []


class NetworkSettings(Settings):
    """VPC of the cluster: a new one, or `existing` without other keys."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["zones"]}, {"required": ["existing"], "maxProperties": 1}]}
    )

    cidr: VpcCidr = "10.0.0.0/16"
    """Private CIDR range of the VPC, /16 to /21; cannot be changed later. Default: 10.0.0.0/16."""

    zones: list[Zone] = Field(default=[], json_schema_extra={"minItems": 2, "uniqueItems": True})
    """Availability zones, at least two; append new ones, keep the order. Default: none."""

    nat: Nat = Nat.PER_ZONE
    """NAT gateways: none, single or per-zone; none means no internet access. Default: per-zone."""

    pod_cidr: PodCidr | None = None
    """Separate CIDR range of pods, /13 to /24, such as 100.64.0.0/16. Default: none."""

    ipv6: bool = False
    """Assign IPv6 ranges to the VPC and subnets as well. Default: false."""

    flow_logs: FlowLogSettings = FlowLogSettings()
    """VPC flow logs in CloudWatch."""

    endpoints: frozenset[AwsService] = EVERY_NODE_CALLS
    """AWS services with an interface endpoint, in addition to S3. Default: those that the stack uses."""

    existing: ExistingNetwork | None = None
    """Existing VPC; excludes all other keys. Default: none."""

    @property
    def every_zone(self) -> list[str]:
        """Availability zones of nodes, in the order of the file."""
        return self.existing.zones if self.existing else self.zones

    @property
    def ranges(self) -> list[str]:
        """CIDR ranges of the VPC that are known from the file."""
        if self.existing:
            return self.existing.cidrs
        return [self.cidr, *([self.pod_cidr] if self.pod_cidr else [])]
