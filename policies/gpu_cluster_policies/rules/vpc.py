"""Rules for VPCs: flow logs, default security groups, subnets and endpoints."""

from collections.abc import Iterator

from gpu_cluster.config.network import NODE_ENDPOINTS, VpcGuarantee
from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.resources.resource_types import SECURITY_GROUP, SECURITY_GROUP_RULES, SUBNETS, VPCS
from gpu_cluster_policies.rule import Level, Rule, Violation, rule
from gpu_cluster_policies.rules.existing_vpc import vpc_rule

_DEFAULT_GROUPS = frozenset(("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",))
_FLOW_LOGS = ResourceLink(frozenset(("aws:ec2/flowLog:FlowLog",)), ("vpcId",), VPCS)
_DEFAULT_GROUP = ResourceLink(_DEFAULT_GROUPS, ("vpcId",), VPCS)
_RULE_OF = ResourceLink(SECURITY_GROUP_RULES, ("securityGroupId",), _DEFAULT_GROUPS | {SECURITY_GROUP})
_ENDPOINTS = ResourceLink(frozenset(("aws:ec2/vpcEndpoint:VpcEndpoint",)), ("vpcId",), VPCS)
_DEFAULT_SUBNET = "aws:ec2/defaultSubnet:DefaultSubnet"


def flow_logs(context: EvaluationContext) -> Rule:
    """Rule for flow logs of VPCs; those of an existing VPC are not in the stack."""

    @vpc_rule(
        context,
        VpcGuarantee.FLOW_LOGS,
        24,
        "flow-logs",
        "VPC flow logs are enabled",
        level=Level.MANDATORY,
        references="CKV2_AWS_11; trivy AWS-0178; FSBP EC2.6; cdk-nag VPC7",
        fix="use gpu-cluster:network, where flowLogs.retentionDays sets the retention, or add a FlowLog",
    )
    def judge(vpc: Resource, inventory: Inventory) -> Iterator[Violation]:
        """After an incident, only flow logs show where data was sent."""
        logs = inventory.linked(vpc, _FLOW_LOGS)
        if not logs:
            yield Violation(vpc.missing("flow log"), "a flow log of all traffic", actual="missing")
        elif not any(log.at("trafficType").value in ("ALL", "REJECT") for log in logs):
            yield Violation(logs[0].at("trafficType"), "ALL, or at least REJECT")

    return judge


def default_group_closed(context: EvaluationContext) -> Rule:
    """Rule for default security groups of VPCs; that of an existing VPC is not in the stack."""

    @vpc_rule(
        context,
        VpcGuarantee.DEFAULT_GROUP_CLOSED,
        25,
        "default-group-closed",
        "The default security group of a VPC has no rules",
        level=Level.MANDATORY,
        references="CKV2_AWS_12; trivy AWS-0173; FSBP EC2.2",
        fix="use gpu-cluster:network, or add a DefaultSecurityGroup without rules",
    )
    def judge(vpc: Resource, inventory: Inventory) -> Iterator[Violation]:
        """Resources without a security group use the default one, which allows traffic among its members."""
        groups = inventory.linked(vpc, _DEFAULT_GROUP)
        if not groups:
            closed = vpc.missing("default security group")
            yield Violation(closed, "managed by a DefaultSecurityGroup without rules", actual="open")
        for group in groups:
            for direction in ("ingress", "egress"):
                if group.at(direction).value:
                    yield Violation(group.at(direction), "not set")
            for added in inventory.all_linked(group, _RULE_OF):
                yield Violation(
                    added.at("securityGroupId"), "another group", actual="the default security group"
                )

    return judge


@rule(
    26,
    "no-automatic-public-ip",
    "Subnets assign no public IP addresses automatically",
    of=each(*SUBNETS),
    level=Level.MANDATORY,
    references="CKV_AWS_130; trivy AWS-0164; FSBP EC2.15",
    fix="use gpu-cluster:network; otherwise set mapPublicIpOnLaunch to false",
)
def no_automatic_public_ip(subnet: Resource) -> Iterator[Violation]:
    """An instance started there gets a public address without notice."""
    public = subnet.at("mapPublicIpOnLaunch")
    if public.value or (subnet.kind == _DEFAULT_SUBNET and public.value is None):
        yield Violation(public, "false")


def vpc_endpoints(context: EvaluationContext) -> Rule:
    """Rule for endpoints of VPCs; those of an existing VPC are not in the stack."""

    @vpc_rule(
        context,
        VpcGuarantee.ENDPOINTS,
        29,
        "vpc-endpoints",
        "Nodes reach AWS services through VPC endpoints",
        level=Level.ADVISORY,
        references="FSBP EC2.10",
        fix="remove gpu-cluster:network.endpoints, or add these services to it",
    )
    def judge(vpc: Resource, inventory: Inventory) -> Iterator[Violation]:
        """NAT traffic is billed per gigabyte, and only endpoints can have a policy that limits buckets."""
        names = [endpoint.at("serviceName").text for endpoint in inventory.linked(vpc, _ENDPOINTS)]
        missing = [it for it in NODE_ENDPOINTS if not any(name.endswith(f".{it}") for name in names)]
        if missing:
            yield Violation(
                vpc.missing("endpoints"), f"endpoints also for {', '.join(missing)}", actual="incomplete"
            )

    return judge
