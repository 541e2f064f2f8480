"""Network interfaces and security group of a cluster in the user's network."""

import ipaddress
import uuid

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.eks import references
from gpu_cluster_tools.rehearsal.aws.eks.records import ClusterRecord, Document

_OPEN = ["0.0.0.0/0"]


def network_of(api: Api, given: Document) -> tuple[list[Document], list[str]]:
    """Requested subnets and security groups of a cluster; `ApiError` if it cannot run in them."""
    if not given.get("endpointPrivateAccess", False) and not given.get("endpointPublicAccess", True):
        raise ApiError("InvalidParameterException", "Private and public endpoint access cannot be false")
    for block in given.get("publicAccessCidrs", []):
        _require_block(block)
    found = references.subnets(api, given.get("subnetIds", []))
    if len({subnet["AvailabilityZone"] for subnet in found}) < 2:
        raise ApiError("InvalidParameterException", "Subnets specified must be in at least two different AZs")
    if len({subnet["VpcId"] for subnet in found}) > 1:
        raise ApiError("InvalidParameterException", "Subnets specified must be in the same VPC")
    groups = given.get("securityGroupIds", [])
    references.require_security_groups(api, groups)
    return found, groups


def network_defaults(given: Document) -> Document:
    return {
        "securityGroupIds": [],
        "endpointPublicAccess": True,
        "endpointPrivateAccess": False,
        "publicAccessCidrs": _OPEN if given.get("endpointPublicAccess", True) else [],
        "controlPlaneEgressMode": "AWS_MANAGED",
    } | given


def join_network(api: Api, document: Document, subnets: list[Document], groups: list[str]) -> list[str]:
    """Create interfaces in every subnet, in the given groups and a new group of the cluster."""
    network = document["resourcesVpcConfig"]
    network["vpcId"] = subnets[0]["VpcId"]
    own = network.setdefault("clusterSecurityGroupId", "") or _make_group(api, document)
    network["clusterSecurityGroupId"] = own
    return [
        api.call(
            "ec2",
            "CreateNetworkInterface",
            SubnetId=subnet["SubnetId"],
            Groups=[own, *groups],
            Description=f"Amazon EKS {document['name']}",
        )["NetworkInterface"]["NetworkInterfaceId"]
        for subnet in subnets
    ]


def leave_network(api: Api, cluster: ClusterRecord, *, keep_group: bool = False) -> None:
    for interface in cluster.interfaces:
        api.call("ec2", "DeleteNetworkInterface", NetworkInterfaceId=interface)
    cluster.interfaces = []
    if keep_group:
        return
    own = cluster.document["resourcesVpcConfig"]["clusterSecurityGroupId"]
    try:
        api.call("ec2", "DeleteSecurityGroup", GroupId=own)
    except ApiError as error:  # another group's rules name it: EKS leaves it behind
        if error.code != "DependencyViolation":
            raise


def changed_network(api: Api, cluster: ClusterRecord, _name: str, value: Document) -> Document:
    """Settings after an update, with interfaces in the new subnets and groups."""
    merged = cluster.document["resourcesVpcConfig"] | value
    if value.get("endpointPublicAccess") is False and "publicAccessCidrs" not in value:
        merged["publicAccessCidrs"] = []
    elif merged["endpointPublicAccess"] and not merged["publicAccessCidrs"]:
        merged["publicAccessCidrs"] = _OPEN
    subnets, groups = network_of(api, merged)
    before = cluster.document["resourcesVpcConfig"]
    _require_zones(references.subnets(api, before["subnetIds"]), subnets)
    if any(merged[name] != before[name] for name in ("subnetIds", "securityGroupIds")):
        leave_network(api, cluster, keep_group=True)
        cluster.interfaces = join_network(
            api, {**cluster.document, "resourcesVpcConfig": merged}, subnets, groups
        )
    return merged


def _require_zones(before: list[Document], after: list[Document]) -> None:
    """The zones of a cluster stay those of its creation.

    Source: Amazon EKS user guide, network-reqs, "Subnet requirements for clusters", 2026-11-30.
    """
    old, new = (sorted({each["AvailabilityZone"] for each in found}) for found in (before, after))
    if old != new:
        raise ApiError(
            "InvalidParameterException",
            f"Subnets must be in the Availability Zones of the cluster's creation, {', '.join(old)}, "
            f"not in {', '.join(new)}",
        )


def _make_group(api: Api, document: Document) -> str:
    name, vpc = document["name"], document["resourcesVpcConfig"]["vpcId"]
    tags = {
        "Name": f"eks-cluster-sg-{name}",
        f"kubernetes.io/cluster/{name}": "owned",
        "aws:eks:cluster-name": name,
    }
    group: str = api.call(
        "ec2",
        "CreateSecurityGroup",
        GroupName=f"eks-cluster-sg-{name}-{uuid.uuid4().int % 10**10}",
        Description="EKS created security group applied to ENI that is attached to EKS Control Plane master "
        "nodes, as well as any managed workloads.",
        VpcId=vpc,
    )["GroupId"]
    api.call("ec2", "CreateTags", Resources=[group], Tags=[{"Key": key, "Value": tags[key]} for key in tags])
    own = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    api.call("ec2", "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[own])
    return group


def _require_block(block: str) -> None:
    try:
        ipaddress.ip_network(block)
    except ValueError as error:
        raise ApiError("InvalidParameterException", f"The CIDR {block} is invalid: {error}") from error
