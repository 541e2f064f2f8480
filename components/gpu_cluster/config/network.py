"""`gpu-cluster:network`: the VPC of a cluster on AWS, made by the platform or there before."""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator

from gpu_cluster.config.cidr import Cidr, as_cidr
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.retention import RetentionDays
from gpu_cluster.config.settings import Settings
from gpu_cluster.config.zone import Zone

_PRIVATE = [IPv4Network(it) for it in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]
"""RFC 1918, and the shared addresses of RFC 6598."""

VPC_SIZES = range(16, 22)
POD_SIZES = range(13, 25)
"""Prefix lengths. AWS takes ranges of /16 at most (VPC user guide, VPC CIDR blocks, 2026-11-21); of those for
pods each zone gets an eighth. No subnet is smaller than the /27 that a load balancer should have."""


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
    """How private subnets reach the internet."""

    NONE = "none"
    SINGLE = "single"
    PER_ZONE = "per-zone"


class AwsService(StrEnum):
    """A service of AWS that an interface endpoint can lead to."""

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
"""Without these no node joins and no pod gets its role.

Source: Amazon EKS user guide, private clusters (2026-11-21). Session Manager is not among them: the role of
nodes does not let its agent register.
"""


class FlowLogSettings(Settings):
    """Who talked to whom, as CloudWatch keeps it."""

    retention_days: RetentionDays = 90
    """Days that flow logs are kept. Default: 90."""


class NetworkIds(Settings):
    """A VPC and its subnets by their ids."""

    vpc: VpcId
    """Id of the VPC, such as vpc-0123456789abcdef0."""

    private: Annotated[dict[Zone, SubnetId], Field(min_length=1)]
    """Subnet of the nodes by zone, such as {eu-central-1a: subnet-0123456789abcdef0}."""

    public: dict[Zone, SubnetId] = Field(default={})
    """Subnet of load balancers that face the internet, by zone. Default: none."""

    intra: dict[Zone, SubnetId] = Field(default={})
    """Subnet of the control plane's interfaces by zone. Default: the private ones."""

    pods: dict[Zone, SubnetId] = Field(default={})
    """Subnet of the pods by zone. Default: the private ones."""


class NetworkTags(Settings):
    """A VPC and its subnets by tags that are theirs alone: one subnet of each kind in each zone."""

    zones: Annotated[list[Zone], Field(min_length=1)]
    """Zones where the subnets lie."""

    vpc: Annotated[dict[str, str], Field(min_length=1)]
    """Tags of the VPC, such as {Name: shared}."""

    private: Annotated[dict[str, str], Field(min_length=1)]
    """Tags of the nodes' subnets, such as {tier: private}."""

    public: dict[str, str] = Field(default={})
    """Tags of the subnets of load balancers that face the internet. Default: there are none."""

    intra: dict[str, str] = Field(default={})
    """Tags of the subnets of the control plane's interfaces. Default: the private ones."""

    pods: dict[str, str] = Field(default={})
    """Tags of the pods' subnets. Default: the private ones."""


class ExistingNetwork(Settings):
    """A VPC that was there before. Exactly one of ids and tags."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["ids"]}, {"required": ["tags"]}]})

    cidrs: Annotated[list[Cidr], Field(min_length=1)]
    """Ranges of the VPC's addresses, those of the pods too; what the platform opens is open to them."""

    ids: NetworkIds | None = None
    """The VPC and its subnets by id. Default: none."""

    tags: NetworkTags | None = None
    """The VPC and its subnets by tags. Default: none."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.ids is None) == (self.tags is None):
            raise ValueError(f"expected exactly one of ids and tags, got {'both' if self.ids else 'neither'}")
        return self

    @property
    def zones(self) -> list[str]:
        """Zones of the nodes."""
        if self.tags:
            return self.tags.zones
        return list(self.ids.private) if self.ids else []


class NetworkSettings(Settings):
    """The VPC of the cluster: one that the platform makes, or `existing` alone."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["zones"]}, {"required": ["existing"], "maxProperties": 1}]}
    )

    cidr: VpcCidr = "10.0.0.0/16"
    """Range of the VPC's addresses, private and from /16 to /21; never changes. Default: 10.0.0.0/16."""

    zones: list[Zone] = Field(default=[], json_schema_extra={"minItems": 2, "uniqueItems": True})
    """Availability zones, at least two; append new ones: the first have what exists once. Default: none."""

    nat: Nat = Nat.PER_ZONE
    """NAT gateways: none, single or per-zone; with none nothing reaches the internet. Default: per-zone."""

    pod_cidr: PodCidr | None = None
    """Range of the pods' own addresses, from /13 to /24, such as 100.64.0.0/16. Default: none."""

    ipv6: bool = False
    """Give the VPC and its subnets IPv6 addresses besides. Default: false."""

    flow_logs: FlowLogSettings = FlowLogSettings()
    """Who talked to whom, as CloudWatch keeps it."""

    endpoints: frozenset[AwsService] = EVERY_NODE_CALLS
    """AWS services reached without the internet, beside S3. Default: what the parts of the stack call."""

    existing: ExistingNetwork | None = None
    """A VPC that was there before; goes alone. Default: none."""

    @property
    def every_zone(self) -> list[str]:
        """The zones where nodes can be, in the order of the file."""
        return self.existing.zones if self.existing else self.zones

    @property
    def ranges(self) -> list[str]:
        """Ranges of the VPC's addresses, as far as the file has them."""
        if self.existing:
            return self.existing.cidrs
        return [self.cidr, *([self.pod_cidr] if self.pod_cidr else [])]
