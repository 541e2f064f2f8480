"""Network resources and backup vaults in use, whose deletion Amazon refuses and moto accepts.

Source: docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, DependencyViolation and
InvalidIPAddress.InUse; docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html. Read 2026-11-29.
"""

from collections.abc import Callable, Mapping
from ipaddress import ip_network
from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.error_response import ServiceError

Parameters = Mapping[str, Any]
Found = dict[str, Any]

_LARGEST, _SMALLEST = 16, 28  # bits of the prefix of an address range


def dependency_violation(
    api: Api, service: str, operation: str, parameters: Parameters
) -> ServiceError | None:
    """Error of a request whose resource is in use, or whose address range is taken.

    dependency_violation(api, "ec2", "ReleaseAddress", {"AllocationId": "eipalloc-0123456789abcdef0"})
    """
    check = _CHECKS.get((service, operation))
    return check(api, parameters) if check else None


def _address(api: Api, parameters: Parameters) -> ServiceError | None:
    id = parameters.get("AllocationId")
    for address in _find(api, "DescribeAddresses", "Addresses"):
        if address["AllocationId"] == id and "AssociationId" in address:
            return ServiceError("InvalidIPAddress.InUse", f"The address {id} is in use.", 400)
    return None


def _attachment(api: Api, parameters: Parameters) -> ServiceError | None:
    vpc = parameters["VpcId"]
    gateways = _find(api, "DescribeNatGateways", "NatGateways", **{"vpc-id": vpc})
    if any(each["State"] not in ("deleted", "failed") for each in gateways):
        return _violation(f"Network {vpc} has some mapped public address(es).")
    return None


def _internet_gateway(api: Api, parameters: Parameters) -> ServiceError | None:
    id = parameters["InternetGatewayId"]
    for gateway in _find(api, "DescribeInternetGateways", "InternetGateways"):
        if gateway["InternetGatewayId"] == id and gateway.get("Attachments"):
            return _in_use(f"internet gateway '{id}'")
    return None


def _subnet(api: Api, parameters: Parameters) -> ServiceError | None:
    id = parameters["SubnetId"]
    interfaces = _find(api, "DescribeNetworkInterfaces", "NetworkInterfaces", **{"subnet-id": id})
    return _in_use(f"subnet '{id}'") if interfaces else None


def _security_group(api: Api, parameters: Parameters) -> ServiceError | None:
    id = parameters.get("GroupId")
    if not id:
        return None
    interfaces = _find(api, "DescribeNetworkInterfaces", "NetworkInterfaces", **{"group-id": id})
    others = [it for it in _find(api, "DescribeSecurityGroups", "SecurityGroups") if it["GroupId"] != id]
    if interfaces or any(id in _referenced(group) for group in others):
        return _violation(f"resource {id} has a dependent object")
    return None


def _referenced(group: Found) -> set[str]:
    rules: list[Found] = [*group.get("IpPermissions", []), *group.get("IpPermissionsEgress", [])]
    return {pair["GroupId"] for rule in rules for pair in rule.get("UserIdGroupPairs", [])}


def _range(api: Api, parameters: Parameters) -> ServiceError | None:
    """Error of a range with an invalid size, or of one that the VPC already has."""
    if "CidrBlock" not in parameters:
        return None
    block = ip_network(parameters["CidrBlock"], strict=False)
    if not _LARGEST <= block.prefixlen <= _SMALLEST:
        return ServiceError("InvalidVpc.Range", f"The CIDR '{block}' is invalid.", 400)
    for vpc in _find(api, "DescribeVpcs", "Vpcs", **{"vpc-id": parameters["VpcId"]}):
        taken = [each for each in vpc["CidrBlockAssociationSet"] if _is_associated(each)]
        if any(block.overlaps(ip_network(each["CidrBlock"])) for each in taken):
            return ServiceError("CidrConflict", f"The CIDR '{block}' conflicts with another CIDR", 400)
    return None


def _associated_range(api: Api, parameters: Parameters) -> ServiceError | None:
    """Error of a range that contains subnets."""
    id = parameters["AssociationId"]
    for vpc in _find(api, "DescribeVpcs", "Vpcs"):
        for each in vpc.get("CidrBlockAssociationSet", []):
            if each["AssociationId"] == id and _has_subnets(api, vpc["VpcId"], each["CidrBlock"]):
                return _in_use(f"CIDR block '{each['CidrBlock']}' of the vpc '{vpc['VpcId']}'")
    return None


def _has_subnets(api: Api, vpc: str, cidr: str) -> bool:
    subnets = _find(api, "DescribeSubnets", "Subnets", **{"vpc-id": vpc})
    return any(ip_network(cidr).overlaps(ip_network(each["CidrBlock"])) for each in subnets)


def _is_associated(association: Found) -> bool:
    return association["CidrBlockState"]["State"] == "associated"


def _find(api: Api, operation: str, listed: str, **filters: str) -> list[Found]:
    wanted = [{"Name": name, "Values": [value]} for name, value in filters.items()]
    return api.call("ec2", operation, **({"Filters": wanted} if wanted else {}))[listed]


def _in_use(thing: str) -> ServiceError:
    return _violation(f"The {thing} has dependencies and cannot be deleted.")


def _violation(words: str) -> ServiceError:
    return ServiceError("DependencyViolation", words, 400)


def _vault(api: Api, parameters: Parameters) -> ServiceError | None:
    """A vault with recovery points.

    Words: github.com/hashicorp/terraform-provider-aws/issues/37774, 2026-11-30.
    """
    if api.call("backup", "ListRecoveryPointsByBackupVault", **parameters)["RecoveryPoints"]:
        words = "Backup vault cannot be deleted because it contains recovery points."
        return ServiceError("InvalidRequestException", words, 400)
    return None


_CHECKS: Mapping[tuple[str, str], Callable[[Api, Parameters], ServiceError | None]] = {
    ("backup", "DeleteBackupVault"): _vault,
    ("ec2", "AssociateVpcCidrBlock"): _range,
    ("ec2", "DeleteInternetGateway"): _internet_gateway,
    ("ec2", "DeleteSecurityGroup"): _security_group,
    ("ec2", "DeleteSubnet"): _subnet,
    ("ec2", "DetachInternetGateway"): _attachment,
    ("ec2", "DisassociateVpcCidrBlock"): _associated_range,
    ("ec2", "ReleaseAddress"): _address,
}
