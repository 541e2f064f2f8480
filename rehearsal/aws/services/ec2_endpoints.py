"""VPC endpoints and flow logs."""

from typing import Any

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.kind import Answer, Inputs, Kind, Set, State
from rehearsal.aws.services.ec2 import (
    ROUTE_TABLE,
    SECURITY_GROUP,
    SUBNET,
    VPC,
    arn,
    call,
    exists,
    find,
    one,
    retag,
)
from rehearsal.aws.services.iam import require_role

_WATCHED = {
    "vpcId": "VPC",
    "subnetId": "Subnet",
    "eniId": "NetworkInterface",
    "transitGatewayId": "TransitGateway",
    "transitGatewayAttachmentId": "TransitGatewayAttachment",
}


def _modify(**parameters: Any) -> Set:
    """Set some of an endpoint's parameters: _modify(PolicyDocument="policy")."""

    def settle(api: Api, id: str, inputs: Inputs) -> None:
        values = {name: inputs[given] for name, given in parameters.items() if given in inputs}
        call(api, "ModifyVpcEndpoint", VpcEndpointId=id, **values)

    return settle


def _members(name: str, kind: str, key: str) -> Set:
    """Make what an endpoint is attached to what a property lists: _members("subnetIds", "SubnetIds", …)."""

    def settle(api: Api, id: str, inputs: Inputs) -> None:
        endpoint = one(api, "DescribeVpcEndpoints", "VpcEndpointIds", id) or {}
        before = {each["GroupId"] if kind == "SecurityGroupIds" else each for each in endpoint.get(key, [])}
        after = set(inputs.get(name, []))
        changes = {f"Add{kind}": sorted(after - before), f"Remove{kind}": sorted(before - after)}
        call(api, "ModifyVpcEndpoint", VpcEndpointId=id, **{key: ids for key, ids in changes.items() if ids})

    return settle


def _set_tables(api: Api, id: str, inputs: Inputs) -> None:
    """Make an endpoint's route tables those of the inputs, with the routes that the account forgets."""
    endpoint = one(api, "DescribeVpcEndpoints", "VpcEndpointIds", id) or {}
    _members("routeTableIds", "RouteTableIds", "RouteTableIds")(api, id, inputs)
    before, after = set(endpoint["RouteTableIds"]), set(inputs.get("routeTableIds", []))
    for prefix in _prefixes(api, endpoint):
        destination = {"DestinationPrefixListId": prefix["PrefixListId"]}
        for table in sorted(after - before):
            call(api, "CreateRoute", RouteTableId=table, GatewayId=id, **destination)
        for table in sorted(before - after):
            call(api, "DeleteRoute", RouteTableId=table, **destination)


def _set_subnets(api: Api, id: str, inputs: Inputs) -> None:
    """Make an endpoint's subnets those of the inputs, without the interfaces that the account forgets."""
    endpoint = one(api, "DescribeVpcEndpoints", "VpcEndpointIds", id) or {}
    _members("subnetIds", "SubnetIds", "SubnetIds")(api, id, inputs)
    for subnet in set(endpoint["SubnetIds"]) - set(inputs.get("subnetIds", [])):
        for interface in find(api, "DescribeNetworkInterfaces", subnet_id=subnet):
            if interface["NetworkInterfaceId"] in endpoint["NetworkInterfaceIds"]:
                call(api, "DeleteNetworkInterface", NetworkInterfaceId=interface["NetworkInterfaceId"])


def _prefixes(api: Api, endpoint: Answer) -> list[Answer]:
    """The addresses of a gateway endpoint's service."""
    return find(api, "DescribePrefixLists", prefix_list_name=endpoint["ServiceName"])


def _read_endpoint(api: Api, id: str, _state: State) -> Answer | None:
    endpoint = one(api, "DescribeVpcEndpoints", "VpcEndpointIds", id)
    if endpoint is None or endpoint["State"] == "deleted":
        return None
    prefixes = _prefixes(api, endpoint)
    found = endpoint | {
        "arn": arn(api, endpoint["OwnerId"], f"vpc-endpoint/{id}"),
        "policy": endpoint.get("PolicyDocument"),
        "securityGroupIds": [group["GroupId"] for group in endpoint.get("Groups", [])],
    }
    return found | ({"prefixListId": prefixes[0]["PrefixListId"]} if prefixes else {})


def _delete_endpoint(api: Api, id: str, _state: State) -> None:
    call(api, "DeleteVpcEndpoints", VpcEndpointIds=[id])


def _flow_log_target(inputs: Inputs) -> Answer:
    watched = next(name for name in (*_WATCHED, "") if not name or name in inputs)
    if not watched:
        return {}
    arguments: Answer = {"ResourceIds": [inputs[watched]], "ResourceType": _WATCHED[watched]}
    if inputs.get("logDestinationType", "cloud-watch-logs") == "cloud-watch-logs":
        # The service wants the group by name here, and answers with the name.
        arguments["LogGroupName"] = inputs["logDestination"].removesuffix(":*").rpartition("log-group:")[2]
    else:
        arguments["LogDestination"] = inputs["logDestination"]
    return arguments


def _created_flow_log(_inputs: Inputs, answer: Answer) -> str:
    for failure in answer.get("Unsuccessful", []):
        raise ApiError(failure["Error"]["Code"], failure["Error"]["Message"])
    return answer["FlowLogIds"][0]


def _read_flow_log(api: Api, id: str, _state: State) -> Answer | None:
    log = one(api, "DescribeFlowLogs", "FlowLogIds", id)
    if log is None:
        return None
    account = api.call("sts", "GetCallerIdentity")["Account"]
    group = log.get("LogGroupName")
    destination = (
        f"arn:aws:logs:{api.region}:{account}:log-group:{group}" if group else log.get("LogDestination")
    )
    return log | {
        "arn": arn(api, account, f"vpc-flow-log/{id}"),
        "iamRoleArn": log.get("DeliverLogsPermissionArn"),
        "logDestination": destination,
    }


def _delete_flow_log(api: Api, id: str, _state: State) -> None:
    call(api, "DeleteFlowLogs", FlowLogIds=[id])


def _require_destination(api: Api, destination: str) -> None:
    """Require the log group or bucket that a flow log writes to."""
    if ":log-group:" in destination:
        name = destination.removesuffix(":*").rpartition("log-group:")[2]
        groups = api.call("logs", "DescribeLogGroups", logGroupNamePrefix=name)["logGroups"]
        if name not in (group["logGroupName"] for group in groups):
            raise ApiError("ResourceNotFoundException", f"The log group {name} does not exist.")
    else:
        api.call("s3", "HeadBucket", Bucket=destination.rpartition(":")[2].partition("/")[0])


KINDS = (
    Kind(
        type="aws:ec2/vpcEndpoint:VpcEndpoint",
        service="ec2",
        create="CreateVpcEndpoint",
        identify=lambda _inputs, answer: answer["VpcEndpoint"]["VpcEndpointId"],
        read=_read_endpoint,
        delete=_delete_endpoint,
        renames={"policy": "PolicyDocument"},
        setters={
            "policy": _modify(PolicyDocument="policy"),
            "privateDnsEnabled": _modify(PrivateDnsEnabled="privateDnsEnabled"),
            "ipAddressType": _modify(IpAddressType="ipAddressType"),
            "routeTableIds": _set_tables,
            "subnetIds": _set_subnets,
            "securityGroupIds": _members("securityGroupIds", "SecurityGroupIds", "Groups"),
        },
        defaults={"vpcEndpointType": "Gateway"},
        documents=frozenset({"policy"}),
        tag_type="vpc-endpoint",
        retag=retag,
        references={
            "vpcId": VPC,
            "routeTableIds": ROUTE_TABLE,
            "subnetIds": SUBNET,
            "securityGroupIds": SECURITY_GROUP,
        },
    ),
    Kind(
        type="aws:ec2/flowLog:FlowLog",
        service="ec2",
        create="CreateFlowLogs",
        identify=_created_flow_log,
        read=_read_flow_log,
        delete=_delete_flow_log,
        renames={"iamRoleArn": "DeliverLogsPermissionArn"},
        shape=_flow_log_target,
        shaped=frozenset({*_WATCHED, "logDestination"}),
        defaults={"trafficType": "ALL"},
        tag_type="vpc-flow-log",
        retag=retag,
        references={
            "vpcId": VPC,
            "subnetId": SUBNET,
            "eniId": exists("DescribeNetworkInterfaces", "NetworkInterfaceIds"),
            "logDestination": _require_destination,
            "iamRoleArn": require_role,
        },
    ),
)
