"""Rule for egress of pods to VPC interface endpoints."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import Property, UnreadableError
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.resources.resource_types import SUBNETS
from gpu_cluster_policies.rule import Level, Violation, stack_rule

_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_LIES_IN = ResourceLink(frozenset((_ENDPOINT,)), ("subnetIds",), SUBNETS)
_HTTPS = 443

Range = IPv4Network | IPv6Network


@stack_rule(
    95,
    "aws-endpoints-reached",
    "Pods with a role on AWS reach the interface endpoints of the VPC",
    of=each("aws:eks/podIdentityAssociation:PodIdentityAssociation"),
    level=Level.MANDATORY,
    references="AWS PrivateLink guide: private DNS names of interface endpoints",
    fix="define team namespaces in gpu-cluster:teams; otherwise allow egress to port 443 of the subnets "
    "of the endpoints",
)
def aws_endpoints_reached(association: Resource, inventory: Inventory) -> Iterator[Violation]:
    """With private DNS, the service name resolves to a private address, which egress to the internet does not
    include."""
    namespace = association.at("namespace")
    policies = inventory.of("NetworkPolicy", namespace.text)
    rules = [rule for policy in policies for rule in policy.at("spec", "egress").items()]
    if not any(_closes_egress(policy) for policy in policies):
        return
    cut_off = [
        cidr for cidr in inventory.once(_endpoint_ranges) if not any(_reaches(rule, cidr) for rule in rules)
    ]
    if cut_off:
        shown = ", ".join(map(str, cut_off))
        yield Violation(namespace, f"a namespace with egress to port {_HTTPS} of {shown}", "blocked")


def _closes_egress(policy: Resource) -> bool:
    listed = [item.text for item in policy.at("spec", "policyTypes").items()]
    return "Egress" in listed or bool(policy.at("spec", "egress").value)


def _endpoint_ranges(inventory: Inventory) -> Sequence[Range]:
    """CIDR ranges of subnets with an interface endpoint that has private DNS."""
    found = {
        _range(subnet.at("cidrBlock"))
        for endpoint in inventory.every((_ENDPOINT,))
        if endpoint.at("vpcEndpointType").value == "Interface" and endpoint.at("privateDnsEnabled").value
        for subnet in inventory.targets(endpoint, _LIES_IN)
    }
    return sorted(found, key=str)


def _reaches(rule: Property, cidr: Range) -> bool:
    ports = list(rule.at("ports").items())
    if ports and not any(_is_https(port) for port in ports):
        return False
    peers = list(rule.at("to").items())
    return not peers or any(_holds(peer.at("ipBlock"), cidr) for peer in peers)


def _is_https(port: Property) -> bool:
    first = port.at("port").whole
    last = port.at("endPort").whole or first
    if port.at("protocol").value not in (None, "TCP"):
        return False
    return port.at("port").value is None or (first is not None and first <= _HTTPS <= (last or first))


def _holds(block: Property, cidr: Range) -> bool:
    if not block.at("cidr").text:
        return False
    inside = _is_within(cidr, _range(block.at("cidr")))
    return inside and not any(_range(hole).overlaps(cidr) for hole in block.at("except").items())


def _is_within(cidr: Range, wide: Range) -> bool:
    if isinstance(cidr, IPv4Network):
        return isinstance(wide, IPv4Network) and cidr.subnet_of(wide)
    return isinstance(wide, IPv6Network) and cidr.subnet_of(wide)


def _range(cidr: Property) -> Range:
    try:
        return ip_network(cidr.text, strict=False)
    except ValueError:
        raise UnreadableError(cidr, cidr.shown, "a CIDR range such as 10.0.0.0/8") from None
