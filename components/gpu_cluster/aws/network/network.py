"""The network of a cluster on AWS: the platform's own, or an existing one."""

from itertools import islice

import pulumi

from gpu_cluster.aws.network.existing_network import existing_network
from gpu_cluster.aws.network.vpc import Vpc
from gpu_cluster.config.network import NetworkSettings
from gpu_cluster.config.zone import is_local


class Network(pulumi.ComponentResource):
    """VPC with subnets in several zones, created or existing.

    Network("platform-network", settings, region="eu-central-1", account="123456789012", logs_key=key)
        .private["eu-central-1a"]

    Resources in a subnet that need internet access use `depends_on=[network]`, because a subnet exists before
    its routes and is deleted after them. Resources with only network interfaces depend on `ready`.
    """

    vpc_id: pulumi.Output[str]
    cidrs: list[str]
    """IPv4 CIDR ranges."""

    private: dict[str, pulumi.Output[str]]
    """Node subnets by zone, in the order of the stack file, as in all mappings below."""

    public: dict[str, pulumi.Output[str]]
    """Empty without internet access."""

    intra: dict[str, pulumi.Output[str]]
    """Subnets without internet routes."""

    control_plane: dict[str, pulumi.Output[str]]
    """Intra subnets of the control plane's interfaces, in two zones: a cluster cannot use a zone that is
    added later.

    Source: Amazon EKS user guide, subnet requirements, 2026-11-21.
    """

    pods: dict[str, pulumi.Output[str]]
    """Empty where pods take their addresses from the subnets of the nodes."""

    ready: list[pulumi.Resource]
    """Subnets with their route tables, ready minutes before the gateways; empty for an existing network."""

    def __init__(
        self,
        name: str,
        settings: NetworkSettings,
        *,
        region: str,
        account: str,
        logs_key: pulumi.Input[str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`logs_key`: ARN of the key that encrypts log groups; `protect`: those of the network stay."""
        super().__init__("gpu-cluster:index:Network", name, None, opts)
        if settings.existing:
            subnets = existing_network(settings.existing, pulumi.InvokeOptions(parent=self))
            self.cidrs = settings.existing.cidrs
            self.ready = []
        else:
            vpc = Vpc(
                name,
                settings,
                region=region,
                account=account,
                logs_key=logs_key,
                protect=protect,
                opts=pulumi.ResourceOptions(parent=self),
            )
            subnets = vpc.subnets
            self.cidrs = vpc.cidrs
            self.ready = vpc.ready

        self.vpc_id = subnets.vpc_id
        self.private = subnets.private
        self.public = subnets.public
        self.intra = subnets.intra
        regional = (zone for zone in subnets.intra if not is_local(zone))
        self.control_plane = {zone: subnets.intra[zone] for zone in islice(regional, 2)}
        self.pods = subnets.pods
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "private": self.private,
                "public": self.public,
                "intra": self.intra,
                "control_plane": self.control_plane,
                "pods": self.pods,
            }
        )
