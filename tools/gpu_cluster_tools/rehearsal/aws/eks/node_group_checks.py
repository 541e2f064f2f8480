"""Node groups that EKS refuses."""

from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.eks import references, versions
from gpu_cluster_tools.rehearsal.aws.eks.node_group_record import Document
from gpu_cluster_tools.rehearsal.aws.eks.records import ClusterRecord
from gpu_cluster_tools.rehearsal.simulated_nodes.instance_types import instance_types

_PARAMETER = "InvalidParameterException"
_REQUEST = "InvalidRequestException"


def require_scaling(scaling: Document) -> None:
    low, desired, high = scaling["minSize"], scaling["desiredSize"], scaling["maxSize"]
    if low > desired:
        raise ApiError(_PARAMETER, f"Minimum capacity {low} can't be greater than desired size {desired}")
    if desired > high:
        raise ApiError(_PARAMETER, f"desired capacity {desired} can't be greater than max size {high}")


def require_network(api: Api, cluster: ClusterRecord, ids: list[str]) -> None:
    home = cluster.document["resourcesVpcConfig"]["vpcId"]
    for subnet in references.subnets(api, ids):
        if subnet["VpcId"] != home:
            raise ApiError(_PARAMETER, f"Subnet {subnet['SubnetId']} is not in the cluster's VPC {home}")


def require_release(version: str, release: str | None, ami_type: str) -> None:
    """An Amazon Linux release of the version; Bottlerocket counts its releases by itself."""
    if release is None or not ami_type.startswith("AL"):
        return
    if release.split("-")[0].rpartition(".")[0] != version:
        raise ApiError(
            _PARAMETER, f"Requested release version {release} is not valid for kubernetes version {version}."
        )


def require_versions(cluster: ClusterRecord, version: str) -> None:
    versions.require_offered(version)
    versions.require_skew(cluster.version, version)


def require_processor(types: list[str], ami_type: str) -> None:
    """An image for the processor of every instance type, and servers of one kind."""
    if ami_type == "CUSTOM":
        return
    architecture = "arm64" if "ARM_64" in ami_type else "amd64"
    for name in types:
        known = instance_types().get(name)
        if known and known.architecture != architecture:
            raise ApiError(
                _PARAMETER, f"[{name}] is not a valid instance type for requested amiType {ami_type}"
            )
        if known and "NVIDIA" in ami_type and known.gpu is None:
            raise ApiError(
                _PARAMETER, f"[{name}] is not a valid instance type for requested amiType {ami_type}"
            )


def require_template(given: Document, template: Document) -> None:
    """Fields of a launch template, and fields that only one of template and node group may have."""
    if template.get("IamInstanceProfile"):
        raise ApiError(_REQUEST, "Launch template details can't contain IAM instance profile")
    if any(interface.get("SubnetId") for interface in template.get("NetworkInterfaces", [])):
        raise ApiError(_REQUEST, "Subnets cannot be specified within the launch template")
    if template.get("InstanceMarketOptions", {}).get("MarketType") == "spot":
        raise ApiError(_REQUEST, "Spot requests cannot be specified within the launch template")
    if template.get("HibernationOptions", {}).get("Configured"):
        raise ApiError(_REQUEST, "Hibernation cannot be specified within the launch template")
    if template.get("SecurityGroupIds") and template.get("NetworkInterfaces"):
        raise ApiError(
            "InvalidParameterCombination",
            "Network interfaces and an instance-level security groups may not be specified on the same "
            "request",
        )
    if template.get("InstanceType") and given.get("instanceTypes"):
        raise ApiError(
            _REQUEST, "You cannot specify the field instanceType in both launch template and API request"
        )
    for name, words in (("diskSize", "Disk size"), ("remoteAccess", "Remote access configuration")):
        if name in given:
            raise ApiError(_REQUEST, f"{words} must be specified within the launch template")
    if template.get("ImageId"):
        for name in ("amiType", "releaseVersion", "version"):
            if given.get(name, "CUSTOM") != "CUSTOM":
                raise ApiError(
                    _REQUEST, f"You cannot specify the field {name} when using custom AMI in launch template"
                )


def require_market(given: Document, template: Document) -> None:
    """Servers of a capacity block come by a template that names it, in the one zone where it is."""
    market = template.get("InstanceMarketOptions", {}).get("MarketType")
    is_block = given.get("capacityType") == "CAPACITY_BLOCK"
    if is_block != (market == "capacity-block"):
        raise ApiError(
            _PARAMETER,
            "Capacity type CAPACITY_BLOCK and a launch template of market type capacity-block go together",
        )
    if not is_block:
        return
    target: dict[str, Any] = template.get("CapacityReservationSpecification", {}).get(
        "CapacityReservationTarget", {}
    )
    if not target.get("CapacityReservationId"):
        raise ApiError(_PARAMETER, "The launch template of a capacity block has to name its reservation")
    if not template.get("InstanceType"):
        raise ApiError(_PARAMETER, "The launch template of a capacity block has to name the instance type")
