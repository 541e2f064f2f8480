"""An existing VPC: whether it and its subnets exist, and what the stack file guarantees is true."""

from collections.abc import Iterator, Mapping
from typing import Any

from gpu_cluster.config.network import NODE_ENDPOINTS, ExistingNetwork, VpcGuarantee
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.aws import Aws, AwsCallError
from gpu_cluster_tools.doctor.check import Check, Group

_NETWORK = Group("network")
_KEY = "gpu-cluster:network.existing"
_ANSWERED = ("ALL", "REJECT")


def existing_vpc(stack: Stack, aws: Aws | None) -> Iterator[Check]:
    """Nothing for a VPC of the stack itself. `UnreachableError` where the account does not answer."""
    existing = stack.network.existing if stack.network else None
    if existing is None:
        return
    if aws is None:
        yield _NETWORK.skip("existing VPC", f"{_KEY} can only be checked with AWS credentials")
        return
    try:
        yield from _checked(existing, aws)
    except AwsCallError as error:
        answer = _NETWORK.fail if ".NotFound" in str(error) else _NETWORK.skip
        yield answer("existing VPC", str(error))


def _checked(existing: ExistingNetwork, aws: Aws) -> Iterator[Check]:
    filters = _by_tags(existing.tags.vpc) if existing.tags else []
    ids = {"VpcIds": [existing.ids.vpc]} if existing.ids else {}
    vpcs = aws.all_of("ec2", "describe_vpcs", "Vpcs", Filters=filters, **ids)
    if len(vpcs) != 1:
        found = ", ".join(sorted(it["VpcId"] for it in vpcs)) or "none"
        yield _NETWORK.fail("existing VPC", f"expected one VPC with the tags of {_KEY}.tags.vpc, got {found}")
        return
    vpc = vpcs[0]["VpcId"]
    every = aws.all_of("ec2", "describe_subnets", "Subnets", Filters=_of(vpc))
    missing, subnets = _subnets(existing, every)
    if missing:
        yield _NETWORK.fail("existing VPC", f"{vpc} has not exactly one subnet for {', '.join(missing)}")
        return
    yield _NETWORK.ok("existing VPC", f"{vpc} with {len(subnets)} subnets of nodes and control plane")
    wrong = {
        VpcGuarantee.PRIVATE_SUBNETS: _public(vpc, subnets, aws),
        VpcGuarantee.FLOW_LOGS: _without_flow_log(vpc, aws),
        VpcGuarantee.DEFAULT_GROUP_CLOSED: _open_default_group(vpc, aws),
        VpcGuarantee.ENDPOINTS: _without_endpoints(vpc, aws),
    }
    for guarantee, reason in wrong.items():
        yield _compared(guarantee, reason, guaranteed=guarantee in existing.guarantees)


def _compared(guarantee: VpcGuarantee, wrong: str, *, guaranteed: bool) -> Check:
    if wrong and guaranteed:
        advice = f"correct the VPC, or remove {guarantee} from {_KEY}.guarantees"
        return _NETWORK.fail(guarantee, f"guaranteed in the stack file, but {wrong}", advice)
    if wrong:
        return _NETWORK.warn(guarantee, wrong, "ask the owner of the VPC to correct it")
    if guaranteed:
        return _NETWORK.ok(guarantee, "as guaranteed in the stack file")
    advice = f"add {guarantee} to {_KEY}.guarantees, so `gpu-cluster check` counts it"
    return _NETWORK.ok(guarantee, f"holds, but is not in the stack file; {advice}")


def _subnets(
    existing: ExistingNetwork, every: list[dict[str, Any]]
) -> tuple[list[str], list[dict[str, Any]]]:
    """Names of subnets that are missing or ambiguous, and the subnets of nodes and control plane."""
    missing: list[str] = []
    found: dict[str, dict[str, Any]] = {}
    for kind in ("private", "intra"):
        for zone, matches in _matches(existing, kind, every).items():
            if len(matches) == 1:
                found[matches[0]["SubnetId"]] = matches[0]
            else:
                missing.append(f"{kind} in {zone}")
    return missing, list(found.values())


def _matches(
    existing: ExistingNetwork, kind: str, every: list[dict[str, Any]]
) -> Mapping[str, list[dict[str, Any]]]:
    """Subnets by zone that the stack file names, of one kind."""
    if existing.ids:
        ids: Mapping[str, str] = getattr(existing.ids, kind)
        return {
            zone: [it for it in every if it["SubnetId"] == id and it["AvailabilityZone"] == zone]
            for zone, id in ids.items()
        }
    tags: Mapping[str, str] = getattr(existing.tags, kind)
    zones = existing.zones if tags else []
    return {
        zone: [it for it in every if it["AvailabilityZone"] == zone and tags.items() <= _tags(it).items()]
        for zone in zones
    }


def _public(vpc: str, subnets: list[dict[str, Any]], aws: Aws) -> str:
    """Subnets that assign public addresses or have a route to an internet gateway; empty if none has."""
    tables = aws.all_of("ec2", "describe_route_tables", "RouteTables", Filters=_of(vpc))
    by_subnet = {of.get("SubnetId"): table for table in tables for of in table["Associations"]}
    main = next((it for it in tables if any(of.get("Main") for of in it["Associations"])), None)
    wrong = [
        it["SubnetId"]
        for it in subnets
        if it["MapPublicIpOnLaunch"] or _has_gateway(by_subnet.get(it["SubnetId"], main))
    ]
    return f"{', '.join(sorted(wrong))} can be reached from the internet" if wrong else ""


def _has_gateway(table: dict[str, Any] | None) -> bool:
    routes: list[dict[str, Any]] = table["Routes"] if table else []
    return any(str(route.get("GatewayId", "")).startswith("igw-") for route in routes)


def _without_flow_log(vpc: str, aws: Aws) -> str:
    """Only a log of the whole VPC counts; logs of some of its subnets do not."""
    logs = aws.all_of(
        "ec2", "describe_flow_logs", "FlowLogs", Filters=[{"Name": "resource-id", "Values": [vpc]}]
    )
    active = [it for it in logs if it["FlowLogStatus"] == "ACTIVE" and it["TrafficType"] in _ANSWERED]
    return "" if active else f"{vpc} has no active flow log of all or of rejected traffic"


def _open_default_group(vpc: str, aws: Aws) -> str:
    filters = [*_of(vpc), {"Name": "group-name", "Values": ["default"]}]
    groups = aws.all_of("ec2", "describe_security_groups", "SecurityGroups", Filters=filters)
    wrong = [it["GroupId"] for it in groups if it["IpPermissions"] or it["IpPermissionsEgress"]]
    return f"the default security group {', '.join(wrong)} has rules" if wrong else ""


def _without_endpoints(vpc: str, aws: Aws) -> str:
    endpoints = aws.all_of("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=_of(vpc))
    names = [it["ServiceName"] for it in endpoints if it["State"].lower() == "available"]
    missing = [it for it in NODE_ENDPOINTS if not any(name.endswith(f".{it}") for name in names)]
    return f"{vpc} has no available endpoint for {', '.join(missing)}" if missing else ""


def _of(vpc: str) -> list[dict[str, Any]]:
    return [{"Name": "vpc-id", "Values": [vpc]}]


def _by_tags(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]


def _tags(of: dict[str, Any]) -> dict[str, str]:
    return {it["Key"]: it["Value"] for it in of.get("Tags", ())}
