"""Existing VPC, by IDs or by tags."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.network.subnets import ByZone, Subnets
from gpu_cluster.config.network import ExistingNetwork, NetworkIds, NetworkTags


def existing_network(settings: ExistingNetwork, opts: pulumi.InvokeOptions) -> Subnets:
    """Subnets by zone; the zones are known before any lookup."""
    if settings.ids:
        return _by_ids(settings.ids)
    if settings.tags:
        return _by_tags(settings.tags, opts)
    raise ValueError("neither ids nor tags")


def _by_ids(ids: NetworkIds) -> Subnets:
    def named(subnets: Mapping[str, str]) -> ByZone:
        return {zone: pulumi.Output.from_input(id) for zone, id in subnets.items()}

    return Subnets(
        vpc_id=pulumi.Output.from_input(ids.vpc),
        private=named(ids.private),
        public=named(ids.public),
        intra=named(ids.intra or ids.private),
        pods=named(ids.pods),
    )


def _by_tags(tags: NetworkTags, opts: pulumi.InvokeOptions) -> Subnets:
    vpc = aws.ec2.get_vpc_output(tags=tags.vpc, opts=opts).id

    def tagged(wanted: Mapping[str, str]) -> ByZone:
        if not wanted:
            return {}
        return {
            zone: aws.ec2.get_subnet_output(vpc_id=vpc, availability_zone=zone, tags=wanted, opts=opts).id
            for zone in tags.zones
        }

    private = tagged(tags.private)
    return Subnets(
        vpc_id=vpc,
        private=private,
        public=tagged(tags.public),
        intra=tagged(tags.intra) or private,
        pods=tagged(tags.pods),
    )
