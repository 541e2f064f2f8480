"""Rule for required tags: team, environment, cost centre and data class."""

from collections.abc import Iterator, Mapping

from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.resources.resource_types import LAUNCH_TEMPLATE, NODE_CLASS
from gpu_cluster_policies.rule import Level, Violation, stack_rule

_PROVIDER = "pulumi:providers:aws"
_ADDON = "aws:eks/addon:Addon"
_MAKES_DISKS = "aws-ebs-csi-driver"

_NEEDED = ("cost-centre", "data-class", "environment", "team")

TAGGED = frozenset(
    (
        "aws:backup/plan:Plan",
        "aws:backup/vault:Vault",
        "aws:budgets/budget:Budget",
        "aws:cloudwatch/eventRule:EventRule",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:ebs/volume:Volume",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/eip:Eip",
        "aws:ec2/flowLog:FlowLog",
        "aws:ec2/instance:Instance",
        "aws:ec2/internetGateway:InternetGateway",
        LAUNCH_TEMPLATE,
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/placementGroup:PlacementGroup",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:ecr/repository:Repository",
        "aws:efs/accessPoint:AccessPoint",
        "aws:efs/fileSystem:FileSystem",
        "aws:eks/accessEntry:AccessEntry",
        _ADDON,
        "aws:eks/cluster:Cluster",
        "aws:eks/nodeGroup:NodeGroup",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation",
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "aws:iam/instanceProfile:InstanceProfile",
        "aws:iam/policy:Policy",
        "aws:iam/role:Role",
        "aws:kms/key:Key",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:s3/bucket:Bucket",
        "aws:secretsmanager/secret:Secret",
        "aws:sns/topic:Topic",
        "aws:sqs/queue:Queue",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    )
)
"""Resource types with tags that a platform uses."""


@stack_rule(
    87,
    "tags",
    "AWS resources have tags for team, environment, cost centre and data class",
    of=each(_PROVIDER, NODE_CLASS, *TAGGED),
    level=Level.MANDATORY,
    references="AWS Resource Tagging Standard; AWS Well-Architected COST03-BP02; "
    "prowler organizations_tags_policies_enabled_and_attached",
    fix="set team, environment, cost-centre and data-class in gpu-cluster:tags",
)
def tags(resource: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Cost without an owner cannot be allocated, and data without a class cannot be protected accordingly."""
    if resource.kind == _PROVIDER:
        yield from _lacking(resource.at("defaultTags"), _default_tags(resource))
        return
    said = inventory.once(_lacking_everywhere)
    if resource.kind == NODE_CLASS:
        field = resource.at("spec", "tags")
        yield from _lacking(field, field.texts(), said)
    else:
        field = resource.at("tags")
        yield from _lacking(field, inventory.once(_everywhere) | field.texts(), said)
        for made in _of_what_it_makes(resource):
            yield from _lacking(made, made.texts(), said)


def _of_what_it_makes(resource: Resource) -> Iterator[Property]:
    """Tags of resources created by launch templates or the EBS driver, which do not get the provider's
    tags."""
    if resource.kind == LAUNCH_TEMPLATE:
        yield from (made.at("tags") for made in resource.at("tagSpecifications").items())
    elif resource.kind == _ADDON and resource.at("addonName").value == _MAKES_DISKS:
        yield resource.at("configurationValues").parsed().at("controller", "extraVolumeTags")


def _lacking(
    field: Property, given: Mapping[str, str], said: frozenset[str] = frozenset()
) -> Iterator[Violation]:
    """`said`: keys that are missing everywhere, which are reported with the provider."""
    missing = [key for key in _NEEDED if not given.get(key)]
    if not said.issuperset(missing):
        yield Violation(field, f"with {', '.join(_NEEDED)}", actual=f"without {', '.join(missing)}")


def _lacking_everywhere(inventory: Inventory) -> frozenset[str]:
    """Keys that the only provider lacks: one finding of it, not one of each resource."""
    providers = [_default_tags(provider) for provider in inventory.every((_PROVIDER,))]
    return (
        frozenset(_NEEDED) - set(filter(providers[0].get, providers[0]))
        if len(providers) == 1
        else frozenset()
    )


def _everywhere(inventory: Inventory) -> dict[str, str]:
    """Default tags that all AWS providers set."""
    given = [_default_tags(provider) for provider in inventory.every((_PROVIDER,))]
    return (
        {key: value for key, value in given[0].items() if all(key in each for each in given)} if given else {}
    )


def _default_tags(provider: Resource) -> dict[str, str]:
    return provider.at("defaultTags").parsed().at("tags").texts()  # the engine hands JSON to a provider
