"""VPC endpoints: AWS services without the internet."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.network.subnets import ByZone
from gpu_cluster.config.network import AwsService
from gpu_cluster.exemption import Exemption


class Endpoints(pulumi.ComponentResource):
    """VPC endpoints: a free gateway endpoint for S3, and interface endpoints in every zone for other
    services.

    Endpoints("platform-vpc-endpoints", settings.endpoints, vpc_id=vpc.id, region="eu-central-1",
              subnets=private, route_tables=tables, callers=["10.0.0.0/16"], title="gpu-cluster-prod")
    """

    EXEMPT: ClassVar = (
        Exemption(
            "116-endpoint-policies",
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            "Nodes pull images and models from buckets of AWS and of publishers; each role of the platform "
            "names the buckets that it may use.",
        ),
    )

    def __init__(
        self,
        name: str,
        services: Iterable[AwsService],
        *,
        vpc_id: pulumi.Input[str],
        region: str,
        subnets: ByZone,
        route_tables: Sequence[pulumi.Input[str]],
        callers: Iterable[str],
        title: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`callers`: ranges of addresses that may use the interfaces; `title`: what names begin with."""
        super().__init__("gpu-cluster:index:Endpoints", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=vpc_id,
            service_name=f"com.amazonaws.{region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=route_tables,
            tags={"Name": f"{title}-s3"},
            opts=child,
        )
        chosen = sorted(services)
        if chosen:
            group = self._open_to(callers, name, vpc_id, title)
            for service in chosen:
                aws.ec2.VpcEndpoint(
                    f"{name}-{service}",
                    vpc_id=vpc_id,
                    service_name=f"com.amazonaws.{region}.{service}",
                    vpc_endpoint_type="Interface",
                    private_dns_enabled=True,
                    subnet_ids=list(subnets.values()),
                    security_group_ids=[group],
                    tags={"Name": f"{title}-{service}"},
                    opts=child,
                )
        self.register_outputs({})

    def _open_to(
        self, callers: Iterable[str], name: str, vpc_id: pulumi.Input[str], title: str
    ) -> pulumi.Output[str]:
        """A security group that these reach by HTTPS, and that has no egress."""
        child = pulumi.ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            f"{name}-callers",
            vpc_id=vpc_id,
            description="HTTPS from the VPC to interface endpoints",
            tags={"Name": f"{title}-endpoints"},
            opts=child,
        )
        for cidr in callers:
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-from-{cidr.replace('/', '-')}",
                security_group_id=group.id,
                description="HTTPS from the VPC",
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                cidr_ipv4=cidr,
                opts=child,
            )
        return group.id
