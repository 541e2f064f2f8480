"""Rules for the network of an EKS cluster: subnets and network policies."""

from collections.abc import Iterator

from gpu_cluster.config.network import VpcGuarantee
from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.resources.resource_types import CLUSTER, SUBNETS
from gpu_cluster_policies.rule import Level, Rule, Violation, stack_rule
from gpu_cluster_policies.rules.existing_vpc import guaranteed_if_existing

_CLUSTERS = each(CLUSTER)
_ADDON = "aws:eks/addon:Addon"
_ADDONS = ResourceLink(frozenset((_ADDON,)), ("clusterName",), frozenset((CLUSTER,)))
_OF_CLUSTER = ResourceLink(frozenset((CLUSTER,)), ("vpcConfig", "subnetIds"), SUBNETS)

_TABLES = frozenset(("aws:ec2/routeTable:RouteTable", "aws:ec2/defaultRouteTable:DefaultRouteTable"))
_GATEWAYS = frozenset(("aws:ec2/internetGateway:InternetGateway",))
_ASSOCIATION = frozenset(("aws:ec2/routeTableAssociation:RouteTableAssociation",))
_ROUTE = frozenset(("aws:ec2/route:Route",))
_SUBNET_OF = ResourceLink(_ASSOCIATION, ("subnetId",), SUBNETS)
_TABLE_OF = ResourceLink(_ASSOCIATION, ("routeTableId",), _TABLES)
_ROUTE_OF = ResourceLink(_ROUTE, ("routeTableId",), _TABLES)
_LEADS_TO = ResourceLink(_ROUTE, ("gatewayId",), _GATEWAYS)
_INTERNET_GATEWAY = "igw-"


def private_subnets(context: EvaluationContext) -> Rule:
    """Rule for the subnets of a cluster; those of an existing VPC are not in the stack."""

    @stack_rule(
        9,
        "private-subnets",
        "EKS is in private subnets of at least two availability zones",
        of=_CLUSTERS,
        level=Level.MANDATORY,
        references="CIS 5.4.3; C-0229",
        fix="set at least two zones in gpu-cluster:network.zones; an existing VPC needs private-subnets in "
        "gpu-cluster:network.existing.guarantees",
        can_abstain=True,
    )
    @guaranteed_if_existing(context, VpcGuarantee.PRIVATE_SUBNETS)  # validation wants two zones of it
    def judge(cluster: Resource, inventory: Inventory) -> Iterator[Violation]:
        """Nodes in public subnets are exposed to attacks, and a single zone can fail for hours."""
        named = cluster.at("vpcConfig", "subnetIds")
        subnets = inventory.targets(cluster, _OF_CLUSTER)
        if len(subnets) < len(named.one_or_more()):
            yield Violation(named, "subnets created by the stack, because others are unknown")
            return
        zones = {
            (subnet.at("availabilityZone").text or subnet.at("availabilityZoneId").text) for subnet in subnets
        }
        if len(zones) < 2:
            yield Violation(named, "subnets in at least two zones", actual=f"in {len(zones)}")
        for subnet in subnets:
            if subnet.at("mapPublicIpOnLaunch").value or _reached_from_the_internet(subnet, inventory):
                yield Violation(named, "private subnets", actual=f"{subnet.address}, which is public")

    return judge


@stack_rule(
    10,
    "network-policies-enforced",
    "NetworkPolicies are enforced",
    of=each(CLUSTER, _ADDON),
    level=Level.MANDATORY,
    references="CIS 4.3.1; CIS 5.4.4; C-0230; prowler eks_cluster_network_policy_enabled",
    fix="use the add-on vpc-cni of gpu-cluster:cluster, which sets enableNetworkPolicy",
)
def network_policies_enforced(resource: Resource, inventory: Inventory) -> Iterator[Violation]:
    """The API server accepts every NetworkPolicy, but without an agent on the nodes it has no effect."""
    if resource.kind == CLUSTER:
        # A cluster that asks for no CNI of EKS gets one from elsewhere.
        if resource.at("bootstrapSelfManagedAddons").value is False:
            return
        addons = inventory.all_linked(resource, _ADDONS)
        if not any(addon.at("addonName").value == "vpc-cni" for addon in addons):
            yield Violation(
                resource.missing("add-on vpc-cni"), "installed, with enableNetworkPolicy", "missing"
            )
        return
    if resource.at("addonName").value != "vpc-cni":
        return
    values = resource.at("configurationValues")
    enabled = values.parsed().at("enableNetworkPolicy")
    if enabled.value not in (True, "true"):
        yield Violation(enabled, '"true"')


def _reached_from_the_internet(subnet: Resource, inventory: Inventory) -> bool:
    """Whether its route table has a route to an internet gateway; the main route table has none."""
    tables = [
        table
        for association in inventory.linked(subnet, _SUBNET_OF)
        for table in inventory.targets(association, _TABLE_OF)
    ]
    return any(_is_public(table, inventory) for table in tables)


def _is_public(table: Resource, inventory: Inventory) -> bool:
    inline = [route.at("gatewayId").text for route in table.at("routes").items()]
    routes = inventory.all_linked(table, _ROUTE_OF)
    return any(gateway.startswith(_INTERNET_GATEWAY) for gateway in inline) or any(
        inventory.targets(route, _LEADS_TO) or route.at("gatewayId").text.startswith(_INTERNET_GATEWAY)
        for route in routes
    )
