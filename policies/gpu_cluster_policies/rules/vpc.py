"""Rules for networks of AWS: what is written down, and what leads in and out."""

from collections.abc import Iterator

from gpu_cluster_policies.inventory import Inventory
from gpu_cluster_policies.resource import Resource, each
from gpu_cluster_policies.resource_links import ResourceLink
from gpu_cluster_policies.resource_types import SECURITY_GROUP, SECURITY_GROUP_RULES, SUBNETS, VPCS
from gpu_cluster_policies.rule import Level, Violation, rule, stack_rule

_DEFAULT_GROUPS = frozenset(("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",))
_FLOW_LOGS = ResourceLink(frozenset(("aws:ec2/flowLog:FlowLog",)), ("vpcId",), VPCS)
_DEFAULT_GROUP = ResourceLink(_DEFAULT_GROUPS, ("vpcId",), VPCS)
_RULE_OF = ResourceLink(SECURITY_GROUP_RULES, ("securityGroupId",), _DEFAULT_GROUPS | {SECURITY_GROUP})
_ENDPOINTS = ResourceLink(frozenset(("aws:ec2/vpcEndpoint:VpcEndpoint",)), ("vpcId",), VPCS)
_DEFAULT_SUBNET = "aws:ec2/defaultSubnet:DefaultSubnet"
_SERVICES = ("s3", "ecr.api", "ecr.dkr", "ec2", "sts")
"""Services that every node calls while it starts and pulls an image; EKS user guide, private clusters."""


@stack_rule(
    24,
    "flow-logs",
    "VPC flow logs are enabled",
    of=each(*VPCS),
    level=Level.MANDATORY,
    references="CKV2_AWS_11; trivy AWS-0178; FSBP EC2.6; cdk-nag VPC7",
    fix="leave it to gpu-cluster:network, where flowLogs.retentionDays says how long; "
    "elsewhere add a FlowLog",
)
def flow_logs(vpc: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Where data went after a break-in is told by nothing else."""
    logs = inventory.linked(vpc, _FLOW_LOGS)
    if not logs:
        yield Violation(vpc.missing("flow log"), "one of all traffic", actual="missing")
    elif not any(log.at("trafficType").value in ("ALL", "REJECT") for log in logs):
        yield Violation(logs[0].at("trafficType"), "ALL, or REJECT at least")


@stack_rule(
    25,
    "default-group-closed",
    "The default security group of a VPC has no rules",
    of=each(*VPCS),
    level=Level.MANDATORY,
    references="CKV2_AWS_12; trivy AWS-0173; FSBP EC2.2",
    fix="leave it to gpu-cluster:network; "
    "elsewhere add a DefaultSecurityGroup without rules, which closes it",
)
def default_group_closed(vpc: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Any resource that is started without a group gets it, and AWS opens it to all others in there."""
    groups = inventory.linked(vpc, _DEFAULT_GROUP)
    if not groups:
        closed = vpc.missing("default security group")
        yield Violation(closed, "taken over by a DefaultSecurityGroup without rules", actual="open")
    for group in groups:
        for direction in ("ingress", "egress"):
            if group.at(direction).value:
                yield Violation(group.at(direction), "not set")
        for added in inventory.all_linked(group, _RULE_OF):
            yield Violation(added.at("securityGroupId"), "another group", actual="the default one")


@rule(
    26,
    "no-automatic-public-ip",
    "Subnets assign no public IP addresses automatically",
    of=each(*SUBNETS),
    level=Level.MANDATORY,
    references="CKV_AWS_130; trivy AWS-0164; FSBP EC2.15",
    fix="leave subnets to gpu-cluster:network; elsewhere set mapPublicIpOnLaunch to false",
)
def no_automatic_public_ip(subnet: Resource) -> Iterator[Violation]:
    """A server that is started there for a test is on the internet without a word."""
    public = subnet.at("mapPublicIpOnLaunch")
    if public.value or (subnet.kind == _DEFAULT_SUBNET and public.value is None):
        yield Violation(public, "false")


@stack_rule(
    29,
    "vpc-endpoints",
    "Nodes reach AWS services through VPC endpoints",
    of=each(*VPCS),
    level=Level.ADVISORY,
    references="FSBP EC2.10",
    fix="leave gpu-cluster:network.endpoints out, or name these services in it",
)
def vpc_endpoints(vpc: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Through NAT each image is paid for by the gigabyte, and no policy says whose buckets are reached."""
    names = [endpoint.at("serviceName").text for endpoint in inventory.linked(vpc, _ENDPOINTS)]
    missing = [service for service in _SERVICES if not any(name.endswith(f".{service}") for name in names)]
    if missing:
        yield Violation(
            vpc.missing("endpoints"), f"some for {', '.join(missing)}, too", actual="not all there"
        )
