from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import fresh
from tests.unit.gpu_cluster_tools.rehearsal.aws.network import Network

LNET = {"IpProtocol": "tcp", "FromPort": 988, "ToPort": 988}


def created(api: Api, network: Network, *groups: str) -> str:
    lustre = {"DeploymentType": "PERSISTENT_2", "PerUnitStorageThroughput": 125}
    given: dict[str, Any] = {"SecurityGroupIds": list(groups)} if groups else {}
    system = api.call(
        "fsx",
        "CreateFileSystem",
        FileSystemType="LUSTRE",
        StorageCapacity=1200,
        SubnetIds=[network.subnet],
        LustreConfiguration=lustre,
        **given,
    )
    return system["FileSystem"]["Lifecycle"]


def closed_group(api: Api, network: Network) -> str:
    """A security group without the rule for all egress, as Terraform creates it."""
    group = api.call("ec2", "CreateSecurityGroup", GroupName=fresh("g"), Description="g", VpcId=network.vpc)
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    api.call("ec2", "RevokeSecurityGroupEgress", GroupId=group["GroupId"], IpPermissions=[everything])
    return group["GroupId"]


def test_security_group_without_rules_is_refused_with_the_fsx_message(api: Api, network: Network) -> None:
    with pytest.raises(ApiError, match="do not permit Lustre LNET network traffic on port 988"):
        created(api, network, closed_group(api, network))


def test_lnet_port_must_be_open_in_both_directions(api: Api, network: Network) -> None:
    group = closed_group(api, network)
    rule = {**LNET, "UserIdGroupPairs": [{"GroupId": group}]}

    api.call("ec2", "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[rule])
    with pytest.raises(ApiError, match="port 988"):
        created(api, network, group)

    api.call("ec2", "AuthorizeSecurityGroupEgress", GroupId=group, IpPermissions=[rule])
    assert created(api, network, group) == "AVAILABLE"


def test_rule_for_another_port_is_insufficient(api: Api, network: Network) -> None:
    group = closed_group(api, network)
    rule = {"IpProtocol": "tcp", "FromPort": 1018, "ToPort": 1023, "UserIdGroupPairs": [{"GroupId": group}]}
    for direction in ("Ingress", "Egress"):
        api.call("ec2", f"AuthorizeSecurityGroup{direction}", GroupId=group, IpPermissions=[rule])

    with pytest.raises(ApiError, match="port 988"):
        created(api, network, group)


def test_unknown_security_group_is_an_error(api: Api, network: Network) -> None:
    with pytest.raises(ApiError, match="sg-0123456789abcdef0"):
        created(api, network, "sg-0123456789abcdef0")
