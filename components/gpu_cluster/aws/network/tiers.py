"""The subnets of the platform's own VPC."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.network.subnets import ByZone, Subnets
from gpu_cluster.capacity.addresses import Tier, ipv6_subnet, pod_ranges, subnet
from gpu_cluster.config.network import Nat, NetworkSettings

_BALANCERS: Mapping[Tier, Mapping[str, str]] = {
    Tier.PUBLIC: {"kubernetes.io/role/elb": "1"},
    Tier.PRIVATE: {"kubernetes.io/role/internal-elb": "1"},
}
"""Tags by which controllers find the subnets of load balancers."""


class Tiers(pulumi.ComponentResource):
    """Subnets of each tier in each zone, with CIDR ranges that stay stable when zones are added.

    Tiers("platform-network-subnets", settings, vpc=vpc, title="gpu-cluster-prod").subnets
    """

    subnets: Subnets

    def __init__(
        self,
        name: str,
        settings: NetworkSettings,
        *,
        vpc: aws.ec2.Vpc,
        title: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`title`: what names in the console begin with, and the value that Karpenter discovers by."""
        super().__init__("gpu-cluster:index:Subnets", name, None, opts)
        self._name, self._settings, self._vpc, self._title = name, settings, vpc, title

        self.subnets = Subnets(
            vpc_id=vpc.id,
            private=self._tier(Tier.PRIVATE),
            intra=self._tier(Tier.INTRA),
            public={} if settings.nat is Nat.NONE else self._tier(Tier.PUBLIC),
            pods=self._pods(settings.pod_cidr) if settings.pod_cidr else {},
        )
        self.register_outputs({})

    def _pods(self, cidr: str) -> ByZone:
        ranges: list[pulumi.Resource] = [
            aws.ec2.VpcIpv4CidrBlockAssociation(
                f"{self._name}-range-{key}",
                vpc_id=self._vpc.id,
                cidr_block=part,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for key, part in pod_ranges(cidr, self._settings.zones).items()
        ]
        return self._tier(Tier.PODS, cidr, after=ranges)

    def _tier(self, tier: Tier, cidr: str = "", *, after: list[pulumi.Resource] | None = None) -> ByZone:
        """A subnet in each zone, in the range given or that of the VPC."""
        return {
            zone: aws.ec2.Subnet(
                f"{self._name}-{tier}-{zone}",
                vpc_id=self._vpc.id,
                availability_zone=zone,
                cidr_block=str(subnet(cidr or self._settings.cidr, tier, zone)),
                ipv6_cidr_block=self._ipv6(tier, zone),
                assign_ipv6_address_on_creation=self._settings.ipv6 or None,
                tags={"Name": f"{self._title}-{tier}-{zone}", **self._found_by(tier)},
                opts=pulumi.ResourceOptions(parent=self, depends_on=after),
            ).id
            for zone in self._settings.zones
        }

    def _ipv6(self, tier: Tier, zone: str) -> pulumi.Output[str] | None:
        return self._vpc.ipv6_cidr_block.apply(ipv6_subnet(tier, zone)) if self._settings.ipv6 else None

    def _found_by(self, tier: Tier) -> Mapping[str, str]:
        karpenter = {"karpenter.sh/discovery": self._title} if tier is Tier.PRIVATE else {}
        return {**_BALANCERS.get(tier, {}), **karpenter}
