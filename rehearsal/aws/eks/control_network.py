"""What of a cluster lies in the user's network: a security group and the control plane's interfaces."""

import uuid

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.eks.record import Cluster, Document


def join_network(api: Api, document: Document, subnets: list[Document], groups: list[str]) -> list[str]:
    """Interfaces in every subnet, in the given groups and in one of the cluster's own that is made here."""
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


def leave_network(api: Api, cluster: Cluster, *, keep_group: bool = False) -> None:
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
