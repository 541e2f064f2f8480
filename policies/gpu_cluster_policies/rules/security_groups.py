"""Rules for security groups: ingress and egress."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.cidr import is_the_world
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, Subjects, subjects
from gpu_cluster_policies.resources.resource_types import SECURITY_GROUP
from gpu_cluster_policies.rule import Level, NotJudgedProperty, Violation, rule, stack_rule

_DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
_INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
_LIST_ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"
_LISTS = (_LIST, _LIST_ENTRY)
_ALL_PORTS = 65535


@dataclass(frozen=True)
class _Opening:
    """Rule that allows traffic to or from these ranges."""

    settings: Property
    protocol: str
    ranges: list[Property]
    lists: list[Property]
    """Ids of prefix lists."""

    @property
    def is_everything(self) -> bool:
        """Whether it allows all protocols, or all ports of one."""
        if self.settings.at(self.protocol).text in ("-1", "all"):
            return True
        first, last = self.settings.at("fromPort").whole, self.settings.at("toPort").whole
        return first is not None and last is not None and last - max(first, 0) >= _ALL_PORTS - 1


def _openings(direction: str, kind: str) -> Subjects[_Opening]:
    """Allowed traffic of a direction, `ingress` or `egress`, in separate rule resources."""

    @subjects(SECURITY_GROUP, _DEFAULT_GROUP, _RULE, kind)
    def pick(resource: Resource) -> Iterator[_Opening]:
        if resource.kind == kind:
            ranges = [resource.at(key) for key in ("cidrIpv4", "cidrIpv6")]
            lists = [resource.at("prefixListId")] if resource.at("prefixListId").content is not None else []
            yield _Opening(resource.root, "ipProtocol", [given for given in ranges if given.value], lists)
        elif resource.kind == _RULE:
            if resource.at("type").value == direction:
                yield _opening(resource.root)
        else:
            for settings in resource.at(direction).items():
                yield _opening(settings)

    return pick


def _opening(settings: Property) -> _Opening:
    lists = settings.at("prefixListIds")
    known = [] if lists.content is UNKNOWN else list(lists.items())
    return _Opening(settings, "protocol", _ranges(settings), known)


def _ranges(settings: Property) -> list[Property]:
    return [cidr for key in ("cidrBlocks", "ipv6CidrBlocks") for cidr in settings.at(key).items()]


_ingress = _openings("ingress", _INGRESS_RULE)


@subjects(*_LISTS)
def _entries(resource: Resource) -> Iterator[Property]:
    """Ranges of prefix lists."""
    if resource.kind == _LIST_ENTRY:
        yield resource.at("cidr")
    yield from (entry.at("cidr") for entry in resource.at("entries").items())


@subjects(SECURITY_GROUP, _DEFAULT_GROUP, _RULE, _INGRESS_RULE, *_LISTS)
def _reachable(resource: Resource) -> Iterable[_Opening | Property]:
    return _entries(resource) if resource.kind in _LISTS else _ingress(resource)


@stack_rule(
    27,
    "no-ingress-from-the-world",
    "Security groups allow no ingress from the whole internet",
    of=_reachable,
    level=Level.MANDATORY,
    references="CKV_AWS_24; CKV_AWS_277; trivy AWS-0107; FSBP EC2.13; FSBP EC2.18; FSBP EC2.19; cdk-nag EC23",
    fix="set the allowed networks or security group; models are called through a Service by the "
    "namespaces of gpu-cluster:serving.clients",
    can_abstain=True,
)
def no_ingress_from_the_world(opening: _Opening | Property, inventory: Inventory) -> Iterator[Violation]:
    """An open port is found within minutes and attacked."""
    for cidr in [opening] if isinstance(opening, Property) else opening.ranges:
        if is_the_world(cidr):
            yield Violation(cidr, "one of your networks, or a security group")
    for given in [] if isinstance(opening, Property) else opening.lists:
        if given.content is not UNKNOWN and given.text not in inventory.once(_own_lists):
            yield NotJudgedProperty(given, "a prefix list of the stack, whose ranges rules see")


def _own_lists(inventory: Inventory) -> frozenset[str]:
    names = (name for own in inventory.every((_LIST,)) for name in own.names)
    return frozenset(name.text for name in names if name.content is not UNKNOWN)


@rule(
    28,
    "restricted-egress",
    "Security groups restrict egress",
    of=_openings("egress", _EGRESS_RULE),
    level=Level.ADVISORY,
    references="CKV_AWS_382; trivy AWS-0104",
    fix="allow at most HTTPS to the internet, and other ports only to your networks",
)
def restricted_egress(opening: _Opening) -> Iterator[Violation]:
    """Unrestricted egress allows an attacker to exfiltrate weights and prompts."""
    for cidr in opening.ranges:
        if is_the_world(cidr) and opening.is_everything:
            yield Violation(
                cidr, "one of your networks, or one port and protocol", actual=f"{cidr.shown}, any port"
            )
