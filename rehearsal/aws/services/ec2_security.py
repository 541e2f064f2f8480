"""Security groups and their rules."""

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, Set, State
from rehearsal.aws.services.ec2 import (
    SECURITY_GROUP,
    VPC,
    arn,
    call,
    find,
    living,
    one,
    refuse_while,
    retag,
)

_DIRECTIONS = {"ingress": "SecurityGroupIngress", "egress": "SecurityGroupEgress"}
_RULE = frozenset(
    [
        "cidrIpv4",
        "cidrIpv6",
        "description",
        "fromPort",
        "ipProtocol",
        "prefixListId",
        "referencedSecurityGroupId",
        "securityGroupId",
        "toPort",
    ]
)


def _source(kind: str, value: str, description: str | None) -> Answer:
    """One source or destination of a permission: {"IpRanges": [{"CidrIp": …}]}."""
    group, key = {
        "cidrIpv4": ("IpRanges", "CidrIp"),
        "cidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
        "prefixListId": ("PrefixListIds", "PrefixListId"),
        "referencedSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    }[kind]
    return {group: [{key: value} | ({"Description": description} if description else {})]}


def _ports(rule: Mapping[str, Any], protocol: str) -> Answer:
    bounds = {"FromPort": rule.get("fromPort"), "ToPort": rule.get("toPort")}
    if protocol == "-1":
        bounds = {}
    return {"IpProtocol": protocol} | {name: port for name, port in bounds.items() if port is not None}


def _permission(inputs: Inputs) -> Answer:
    """The parameters that authorize one rule."""
    kinds = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
    sources = [_source(kind, inputs[kind], inputs.get("description")) for kind in kinds if inputs.get(kind)]
    permission = _ports(inputs, inputs["ipProtocol"])
    for source in sources:
        permission |= source
    return {"GroupId": inputs["securityGroupId"], "IpPermissions": [permission]}


def _inline(rule: Mapping[str, Any], own: str) -> Answer:
    """The permission that an inline rule of a group is."""
    described = {"Description": rule["description"]} if rule.get("description") else {}
    groups = [*rule.get("securityGroups", []), *([own] if rule.get("self") else [])]
    sources = {
        "IpRanges": [{"CidrIp": block} | described for block in rule.get("cidrBlocks", [])],
        "Ipv6Ranges": [{"CidrIpv6": block} | described for block in rule.get("ipv6CidrBlocks", [])],
        "PrefixListIds": [{"PrefixListId": list_} | described for list_ in rule.get("prefixListIds", [])],
        "UserIdGroupPairs": [{"GroupId": group} | described for group in groups],
    }
    return _ports(rule, rule["protocol"]) | {name: value for name, value in sources.items() if value}


def _set_rules(direction: str) -> Set:
    """Make a group's rules of one direction those of the inputs."""

    def settle(api: Api, id: str, inputs: Inputs) -> None:
        _revoke(api, id, direction)
        if rules := [_inline(rule, id) for rule in inputs.get(direction, [])]:
            call(api, f"Authorize{_DIRECTIONS[direction]}", GroupId=id, IpPermissions=rules)

    return settle


def _revoke(api: Api, id: str, direction: str) -> None:
    group = one(api, "DescribeSecurityGroups", "GroupIds", id) or {}
    permissions = group.get("IpPermissions" if direction == "ingress" else "IpPermissionsEgress", [])
    if permissions:
        call(api, f"Revoke{_DIRECTIONS[direction]}", GroupId=id, IpPermissions=permissions)


def _read_group(api: Api, id: str, _state: State) -> Answer | None:
    group = one(api, "DescribeSecurityGroups", "GroupIds", id)
    if group is None:
        return None
    return group | {"arn": arn(api, group["OwnerId"], f"security-group/{id}"), "name": group["GroupName"]}


def _delete_group(api: Api, id: str, _state: State) -> None:
    endpoints = [
        endpoint
        for endpoint in living(api, "DescribeVpcEndpoints")
        if id in (group["GroupId"] for group in endpoint.get("Groups", []))
    ]
    interfaces = find(api, "DescribeNetworkInterfaces", group_id=id)
    refuse_while(endpoints + interfaces, f"resource {id}")
    call(api, "DeleteSecurityGroup", GroupId=id)


def _identify_group(_inputs: Inputs, answer: Answer) -> str:
    return answer["GroupId"]


def _identify_default(_inputs: Inputs, answer: Answer) -> str:
    return answer["SecurityGroups"][0]["GroupId"]


def _close(api: Api, id: str, inputs: Inputs) -> None:
    for direction in _DIRECTIONS:
        _set_rules(direction)(api, id, inputs)


def _read_rule(api: Api, id: str, _state: State) -> Answer | None:
    rule = one(api, "DescribeSecurityGroupRules", "SecurityGroupRuleIds", id)
    if rule is None:
        return None
    return rule | {
        "arn": arn(api, rule.get("GroupOwnerId", "123456789012"), f"security-group-rule/{id}"),
        "securityGroupId": rule["GroupId"],
        "referencedSecurityGroupId": rule.get("ReferencedGroupInfo", {}).get("GroupId"),
    }


def _rule(name: str, direction: str) -> Kind:
    """A type whose resources are single rules."""
    operations = _DIRECTIONS[direction]

    def delete(api: Api, id: str, state: State) -> None:
        group = state["securityGroupId"]
        call(api, f"Revoke{operations}", GroupId=group, SecurityGroupRuleIds=[id])

    return Kind(
        type=f"aws:vpc/{name[0].lower()}{name[1:]}:{name}",
        service="ec2",
        create=f"Authorize{operations}",
        identify=lambda _inputs, answer: answer["SecurityGroupRules"][0]["SecurityGroupRuleId"],
        read=_read_rule,
        delete=delete,
        shape=_permission,
        shaped=_RULE,
        setters=dict.fromkeys(_RULE - {"securityGroupId"}, _modify_rule),
        tag_type="security-group-rule",
        retag=retag,
        references={"securityGroupId": SECURITY_GROUP, "referencedSecurityGroupId": SECURITY_GROUP},
    )


def _modify_rule(api: Api, id: str, inputs: Inputs) -> None:
    names = {
        "cidrIpv4": "CidrIpv4",
        "cidrIpv6": "CidrIpv6",
        "description": "Description",
        "prefixListId": "PrefixListId",
        "referencedSecurityGroupId": "ReferencedGroupId",
    }
    rule = _ports(inputs, inputs["ipProtocol"]) | {
        parameter: inputs[name] for name, parameter in names.items() if name in inputs
    }
    call(
        api,
        "ModifySecurityGroupRules",
        GroupId=inputs["securityGroupId"],
        SecurityGroupRules=[{"SecurityGroupRuleId": id, "SecurityGroupRule": rule}],
    )


GROUP_KIND = Kind(
    type="aws:ec2/securityGroup:SecurityGroup",
    service="ec2",
    create="CreateSecurityGroup",
    identify=_identify_group,
    read=_read_group,
    delete=_delete_group,
    renames={"name": "GroupName"},
    setters={"ingress": _set_rules("ingress"), "egress": _set_rules("egress")},
    always=(lambda api, id, inputs: None if "egress" in inputs else _revoke(api, id, "egress"),),
    defaults={"description": "Managed by Pulumi"},
    names=AutoName(),
    tag_type="security-group",
    retag=retag,
    references={"vpcId": VPC},
)
KINDS = (
    GROUP_KIND,
    Kind(
        type="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        service="ec2",
        create="DescribeSecurityGroups",  # it exists as long as its VPC
        identify=_identify_default,
        read=_read_group,
        delete=lambda _api, _id, _state: None,  # the VPC takes it along
        shape=lambda inputs: {
            "Filters": [
                {"Name": "vpc-id", "Values": [inputs["vpcId"]]},
                {"Name": "group-name", "Values": ["default"]},
            ]
        },
        shaped=frozenset({"vpcId"}),
        setters={"ingress": _close, "egress": _close},
        always=(_close,),
        retag=retag,
        references={"vpcId": VPC},
    ),
    _rule("SecurityGroupIngressRule", "ingress"),
    _rule("SecurityGroupEgressRule", "egress"),
)
