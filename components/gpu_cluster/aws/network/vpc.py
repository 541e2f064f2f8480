"""The platform's own VPC."""

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.network.endpoints import Endpoints
from gpu_cluster.aws.network.flow_logs import FlowLogs
from gpu_cluster.aws.network.routes import Routes
from gpu_cluster.aws.network.subnets import Subnets
from gpu_cluster.aws.network.tiers import Tiers
from gpu_cluster.config.network import NetworkSettings


class Vpc(pulumi.ComponentResource):
    """VPC with flow logs and an empty default security group.

    Vpc("platform-vpc", settings, region="eu-central-1", account="123456789012", logs_key=key).subnets
    """

    subnets: Subnets
    cidrs: list[str]
    """Ranges of its IPv4 addresses."""

    ready: list[pulumi.Resource]
    """The subnets with their route tables, whether or not these lead anywhere yet."""

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
        """`logs_key`: ARN of the key that encrypts log groups; `protect`: these stay."""
        super().__init__("gpu-cluster:index:Vpc", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        title = f"{pulumi.get_project()}-{pulumi.get_stack()}"
        self.cidrs = [settings.cidr, *([settings.pod_cidr] if settings.pod_cidr else [])]

        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=settings.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            assign_generated_ipv6_cidr_block=settings.ipv6 or None,
            tags={"Name": title},
            opts=child,
        )
        aws.ec2.DefaultSecurityGroup(
            f"{name}-closed", vpc_id=vpc.id, tags={"Name": f"{title}-closed"}, opts=child
        )
        FlowLogs(
            f"{name}-flow-logs",
            settings.flow_logs,
            vpc_id=vpc.id,
            region=region,
            account=account,
            key=logs_key,
            title=title,
            protect=protect,
            opts=child,
        )
        tiers = Tiers(f"{name}-subnets", settings, vpc=vpc, title=title, opts=child)
        self.subnets = tiers.subnets
        routes = Routes(f"{name}-routes", settings, self.subnets, title=title, opts=child)
        self.ready = [tiers, *routes.taken]
        Endpoints(
            f"{name}-endpoints",
            settings.endpoints,
            vpc_id=vpc.id,
            region=region,
            subnets=self.subnets.private,
            route_tables=routes.tables,
            callers=self.cidrs,
            title=title,
            opts=child,
        )
        self.register_outputs({"vpc_id": vpc.id})
