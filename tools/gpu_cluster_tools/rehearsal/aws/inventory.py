"""Resources of the account, by the types and ids of the provider."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError

Found = dict[str, Any]
Listed = Callable[[Api], Iterator[str]]
Resource = tuple[str, str]
"""Type and id."""

_TYPES: Mapping[str, Mapping[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text())
_REGIONS: set[str] = set()
_GIVEN: set[Resource] = set()


def watch_region(region: str) -> None:
    """Include this region."""
    _REGIONS.add(region)


def ignore_existing(api: Api) -> None:
    """Exclude all present resources, which are not part of the stack."""
    _GIVEN.update(_everything(api))


def leftovers(api: Api) -> list[Resource]:
    """Type and id of all resources in order, including those that services created."""
    return sorted(set(_everything(api)) - _GIVEN)


def created_resources(api: Api) -> list[Resource]:
    """Type and id of all resources that a provider created, in order."""
    return [each for each in leftovers(api) if each[0] not in _MADE_BY_SERVICES]


def _everything(api: Api) -> Iterator[Resource]:
    for region in sorted(_REGIONS):
        here = api.in_region(region)
        for type, listed in {**_OF_REGIONS, **_MADE_BY_SERVICES}.items():
            yield from ((type, id) for id in listed(here))
    if _REGIONS:
        for type, listed in _OF_ACCOUNTS.items():
            yield from ((type, id) for id in listed(api.in_region("us-east-1")))


def _listed_in(part: str) -> dict[str, Listed]:
    """Types of inventory.json: service, operation, the key of its list and that of an id, and parameters."""
    return {type: _by(*given) for type, given in _TYPES[part].items()}


def _by(
    service: str, operation: str, listed: str, id: str, arguments: Mapping[str, Any] | None = None
) -> Listed:
    """All ids of a response."""

    def ids(api: Api) -> Iterator[str]:
        things: list[Found] = api.call(service, operation, **(arguments or {}))[listed]
        yield from (thing[id] for thing in things if not _is_gone(thing))

    return ids


def _is_gone(thing: Found) -> bool:
    """Whether it is deleted: a service may still list it for a while."""
    return str(thing.get("State", thing.get("LifeCycleState", ""))).lower() in ("deleted", "terminated")


def _vpcs(api: Api) -> Iterator[str]:
    yield from (each["VpcId"] for each in api.call("ec2", "DescribeVpcs")["Vpcs"] if not each["IsDefault"])


def _subnets(api: Api) -> Iterator[str]:
    own = set(_vpcs(api))
    subnets: list[Found] = api.call("ec2", "DescribeSubnets")["Subnets"]
    yield from (each["SubnetId"] for each in subnets if each["VpcId"] in own)


def _route_tables(api: Api) -> Iterator[str]:
    own = set(_vpcs(api))
    for table in api.call("ec2", "DescribeRouteTables")["RouteTables"]:
        is_main = any(each.get("Main") for each in table.get("Associations", []))
        if table["VpcId"] in own and not is_main:
            yield table["RouteTableId"]


def _internet_gateways(api: Api) -> Iterator[str]:
    vpcs = api.call("ec2", "DescribeVpcs")["Vpcs"]
    default = {each["VpcId"] for each in vpcs if each["IsDefault"]}
    for gateway in api.call("ec2", "DescribeInternetGateways")["InternetGateways"]:
        if not default & {each["VpcId"] for each in gateway.get("Attachments", [])}:
            yield gateway["InternetGatewayId"]


def _security_groups(api: Api) -> Iterator[str]:
    groups: list[Found] = api.call("ec2", "DescribeSecurityGroups")["SecurityGroups"]
    yield from (each["GroupId"] for each in groups if each["GroupName"] != "default" and not _of_eks(each))


def _security_groups_of_eks(api: Api) -> Iterator[str]:
    groups: list[Found] = api.call("ec2", "DescribeSecurityGroups")["SecurityGroups"]
    yield from (each["GroupId"] for each in groups if _of_eks(each))


def _of_eks(group: Found) -> bool:
    return group["GroupName"].startswith("eks-cluster-sg-")


def _launch_templates(api: Api) -> Iterator[str]:
    yield from (each["LaunchTemplateId"] for each in _templates(api) if not _is_copy(each))


def _launch_template_copies(api: Api) -> Iterator[str]:
    yield from (each["LaunchTemplateId"] for each in _templates(api) if _is_copy(each))


def _templates(api: Api) -> list[Found]:
    return api.call("ec2", "DescribeLaunchTemplates")["LaunchTemplates"]


def _is_copy(template: Found) -> bool:
    """True if EKS made the template for a node group."""
    return template["LaunchTemplateName"].startswith("eks-")


def _instances(api: Api) -> Iterator[str]:
    for reservation in api.call("ec2", "DescribeInstances")["Reservations"]:
        for instance in reservation["Instances"]:
            if instance["State"]["Name"] != "terminated":
                yield instance["InstanceId"]


def _keys(api: Api) -> Iterator[str]:
    for key in api.call("kms", "ListKeys")["Keys"]:
        found = api.call("kms", "DescribeKey", KeyId=key["KeyId"])["KeyMetadata"]
        if found["KeyManager"] == "CUSTOMER" and found["KeyState"] != "PendingDeletion":
            yield found["KeyId"]


def _aliases(api: Api) -> Iterator[str]:
    aliases: list[Found] = api.call("kms", "ListAliases")["Aliases"]
    yield from (each["AliasName"] for each in aliases if not each["AliasName"].startswith("alias/aws/"))


def _queues(api: Api) -> Iterator[str]:
    yield from api.call("sqs", "ListQueues").get("QueueUrls", [])


def _clusters(api: Api) -> Iterator[str]:
    yield from api.call("eks", "ListClusters")["clusters"]


def _node_groups(api: Api) -> Iterator[str]:
    for cluster in _clusters(api):
        groups: list[str] = api.call("eks", "ListNodegroups", clusterName=cluster)["nodegroups"]
        yield from (f"{cluster}:{group}" for group in groups)


def _addons(api: Api) -> Iterator[str]:
    for cluster in _clusters(api):
        addons: list[str] = api.call("eks", "ListAddons", clusterName=cluster)["addons"]
        yield from (f"{cluster}:{addon}" for addon in addons)


def _registry_policy(api: Api) -> Iterator[str]:
    try:
        yield api.call("ecr", "GetRegistryPolicy")["registryId"]
    except ApiError as error:
        if not error.is_gone:
            raise


def _lifecycle_policies(api: Api) -> Iterator[str]:
    for repository in api.call("ecr", "DescribeRepositories")["repositories"]:
        name = repository["repositoryName"]
        try:
            api.call("ecr", "GetLifecyclePolicy", repositoryName=name)
        except ApiError as error:
            if not error.is_gone:
                raise
        else:
            yield name


def _registry_scanning(api: Api) -> Iterator[str]:
    """A registry always has a configuration; only one with rules is a leftover."""
    found = api.call("ecr", "GetRegistryScanningConfiguration")
    if found["scanningConfiguration"]["rules"]:
        yield found["registryId"]


def _replication(api: Api) -> Iterator[str]:
    found = api.call("ecr", "DescribeRegistry")
    if found["replicationConfiguration"]["rules"]:
        yield found["registryId"]


def _roles(api: Api) -> Iterator[str]:
    roles: list[Found] = api.call("iam", "ListRoles")["Roles"]
    yield from (each["RoleName"] for each in roles if not each["Path"].startswith("/aws-service-role/"))


def _buckets(api: Api) -> Iterator[str]:
    yield from (each["Name"] for each in api.call("s3", "ListBuckets")["Buckets"])


def _budgets(api: Api) -> Iterator[str]:
    account = identity.account()
    budgets: list[Found] = api.call("budgets", "DescribeBudgets", AccountId=account).get("Budgets", [])
    yield from (f"{account}:{each['BudgetName']}" for each in budgets)


_OF_REGIONS: Mapping[str, Listed] = {
    **_listed_in("of regions"),
    "aws:ec2/internetGateway:InternetGateway": _internet_gateways,
    "aws:ec2/launchTemplate:LaunchTemplate": _launch_templates,
    "aws:ec2/routeTable:RouteTable": _route_tables,
    "aws:ec2/securityGroup:SecurityGroup": _security_groups,
    "aws:ec2/subnet:Subnet": _subnets,
    "aws:ec2/vpc:Vpc": _vpcs,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _lifecycle_policies,
    "aws:ecr/registryPolicy:RegistryPolicy": _registry_policy,
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": _registry_scanning,
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": _replication,
    "aws:eks/addon:Addon": _addons,
    "aws:eks/cluster:Cluster": _clusters,
    "aws:eks/nodeGroup:NodeGroup": _node_groups,
    "aws:kms/alias:Alias": _aliases,
    "aws:kms/key:Key": _keys,
    "aws:sqs/queue:Queue": _queues,
}

_OF_ACCOUNTS: Mapping[str, Listed] = {
    **_listed_in("of accounts"),
    "aws:budgets/budget:Budget": _budgets,
    "aws:iam/role:Role": _roles,
    "aws:s3/bucket:Bucket": _buckets,
}

_MADE_BY_SERVICES: Mapping[str, Listed] = {
    **_listed_in("made by services"),
    "aws:ec2/instance:Instance": _instances,
    "a launch template of EKS": _launch_template_copies,
    "a security group of EKS": _security_groups_of_eks,
}
"""Resources outside programs: EKS, Auto Scaling and drivers create and delete them."""
