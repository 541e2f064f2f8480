"""Routes of a VPC: internet and NAT gateways, and the route table of each subnet."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.network.subnets import ByZone, Subnets
from gpu_cluster.config.network import Nat, NetworkSettings

_EVERYWHERE = "0.0.0.0/0"
_EVERYWHERE_IPV6 = "::/0"


class Routes(pulumi.ComponentResource):
    """Route tables: internet gateway for public subnets, NAT gateways for private ones, no internet route for
    intra ones.

    Routes("platform-network-routes", settings, subnets, title="gpu-cluster-prod").tables
    """

    tables: list[pulumi.Output[str]]
    """Ids of all its route tables."""

    taken: list[pulumi.Resource]
    """The subnets' choices among them."""

    def __init__(
        self,
        name: str,
        settings: NetworkSettings,
        subnets: Subnets,
        *,
        title: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`title`: what names in the console begin with."""
        super().__init__("gpu-cluster:index:Routes", name, None, opts)
        self._name, self._title, self._vpc_id = name, title, subnets.vpc_id
        self._child = pulumi.ResourceOptions(parent=self)
        self.taken = []

        # One for each zone, whatever NAT there is: a zone's gateway can change without a new table.
        private = {
            zone: self._table(f"private-{zone}", {"nodes": subnets.private[zone], **_pods_of(zone, subnets)})
            for zone in subnets.private
        }
        self.tables = [*private.values(), self._table("intra", subnets.intra)]
        if settings.nat is not Nat.NONE:
            public = self._table("public", subnets.public)
            self.tables.append(public)
            internet = self._internet(public, ipv6=settings.ipv6)
            zones = settings.zones[:1] if settings.nat is Nat.SINGLE else settings.zones
            self._nat(private, {zone: subnets.public[zone] for zone in zones}, internet)
            if settings.ipv6:
                self._egress_only(private)
        self.register_outputs({})

    def _table(self, kind: str, subnets: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[str]:
        table = aws.ec2.RouteTable(
            f"{self._name}-{kind}",
            vpc_id=self._vpc_id,
            tags={"Name": f"{self._title}-{kind}"},
            opts=self._child,
        )
        self.taken += [
            aws.ec2.RouteTableAssociation(
                f"{self._name}-{kind}-{key}", route_table_id=table.id, subnet_id=subnet, opts=self._child
            )
            for key, subnet in subnets.items()
        ]
        return table.id

    def _internet(self, public: pulumi.Output[str], *, ipv6: bool) -> aws.ec2.InternetGateway:
        # It cannot leave a VPC whose NAT gateways still have public addresses: a new VPC gets a new one.
        stays = pulumi.ResourceOptions(parent=self, replace_on_changes=["vpcId"])
        gateway = aws.ec2.InternetGateway(
            f"{self._name}-internet", vpc_id=self._vpc_id, tags={"Name": self._title}, opts=stays
        )
        aws.ec2.Route(
            f"{self._name}-public-out",
            route_table_id=public,
            destination_cidr_block=_EVERYWHERE,
            gateway_id=gateway.id,
            opts=self._child,
        )
        if ipv6:
            aws.ec2.Route(
                f"{self._name}-public-out-ipv6",
                route_table_id=public,
                destination_ipv6_cidr_block=_EVERYWHERE_IPV6,
                gateway_id=gateway.id,
                opts=self._child,
            )
        return gateway

    def _nat(
        self,
        tables: Mapping[str, pulumi.Output[str]],
        subnets: ByZone,
        internet: aws.ec2.InternetGateway,
    ) -> None:
        """A NAT gateway in each of the subnets; a zone without one takes the first."""
        after = pulumi.ResourceOptions(parent=self, depends_on=[internet])
        # Two gateways cannot have one address, not even while one replaces the other.
        one_address = pulumi.ResourceOptions.merge(after, pulumi.ResourceOptions(delete_before_replace=True))
        gateways: ByZone = {}
        for zone, subnet in subnets.items():
            tags = {"Name": f"{self._title}-nat-{zone}"}
            address = aws.ec2.Eip(f"{self._name}-address-{zone}", domain="vpc", tags=tags, opts=after)
            gateways[zone] = aws.ec2.NatGateway(
                f"{self._name}-nat-{zone}",
                subnet_id=subnet,
                allocation_id=address.allocation_id,
                tags=tags,
                opts=one_address,
            ).id
        first = next(iter(gateways.values()))
        for zone, table in tables.items():
            aws.ec2.Route(
                f"{self._name}-private-{zone}-out",
                route_table_id=table,
                destination_cidr_block=_EVERYWHERE,
                nat_gateway_id=gateways.get(zone, first),
                opts=self._child,
            )

    def _egress_only(self, tables: Mapping[str, pulumi.Output[str]]) -> None:
        gateway = aws.ec2.EgressOnlyInternetGateway(
            f"{self._name}-egress-only", vpc_id=self._vpc_id, tags={"Name": self._title}, opts=self._child
        )
        for zone, table in tables.items():
            aws.ec2.Route(
                f"{self._name}-private-{zone}-out-ipv6",
                route_table_id=table,
                destination_ipv6_cidr_block=_EVERYWHERE_IPV6,
                egress_only_gateway_id=gateway.id,
                opts=self._child,
            )


def _pods_of(zone: str, subnets: Subnets) -> ByZone:
    return {"pods": subnets.pods[zone]} if zone in subnets.pods else {}
