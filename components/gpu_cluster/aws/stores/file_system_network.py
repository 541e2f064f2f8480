"""Subnets and security groups of file systems."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

_Ports = Iterable[tuple[int, int]]
"""Ranges, from the first to the last."""


@dataclass(frozen=True, slots=True)
class FileSystemNetwork:
    vpc_id: pulumi.Input[str]

    subnets: Mapping[str, pulumi.Input[str]]
    """Subnets by zone."""

    clients: pulumi.Input[str]
    """Security group of the nodes, which mount them."""

    def closed_group(
        self, name: str, description: str, *, opts: pulumi.ResourceOptions
    ) -> aws.ec2.SecurityGroup:
        """Security group without rules."""
        return aws.ec2.SecurityGroup(
            f"{name}-group", description=description, vpc_id=self.vpc_id, tags={"Name": name}, opts=opts
        )


def allow_ingress(
    name: str,
    group: pulumi.Input[str],
    peer: pulumi.Input[str],
    ports: _Ports,
    *,
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """TCP from the peer's group."""
    return [
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-in-{first}",
            security_group_id=group,
            referenced_security_group_id=peer,
            ip_protocol="tcp",
            from_port=first,
            to_port=last,
            opts=opts,
        )
        for first, last in ports
    ]


def allow_egress(
    name: str,
    group: pulumi.Input[str],
    peer: pulumi.Input[str],
    ports: _Ports,
    *,
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """TCP to the peer's group."""
    return [
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-out-{first}",
            security_group_id=group,
            referenced_security_group_id=peer,
            ip_protocol="tcp",
            from_port=first,
            to_port=last,
            opts=opts,
        )
        for first, last in ports
    ]
