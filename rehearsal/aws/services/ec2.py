"""What the types of EC2 have in common."""

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.kind import Answer, Delete, Read, Reference, State

Filters = Mapping[str, str]


def call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("ec2", operation, **arguments)


def find(api: Api, operation: str, **filters: str) -> list[Answer]:
    """What a describe operation lists under filters: find(api, "DescribeSubnets", vpc_id="vpc-1")."""
    chosen = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    return _listed(call(api, operation, Filters=chosen))


def one(api: Api, operation: str, parameter: str, id: str) -> Answer | None:
    """The one thing with an id."""
    found = _listed(call(api, operation, **{parameter: [id]}))
    return found[0] if found else None


def reader(operation: str, parameter: str) -> Read:
    return lambda api, id, _state: one(api, operation, parameter, id)


def deleter(operation: str, parameter: str) -> Delete:
    return lambda api, id, _state: call(api, operation, **{parameter: id})


def exists(operation: str, parameter: str) -> Reference:
    """Requires that what a property names, or each of what it lists, exists."""

    def require(api: Api, ids: Any) -> None:
        for id in ids if isinstance(ids, list) else [ids]:  # pyright: ignore[reportUnknownVariableType]
            if one(api, operation, parameter, str(id)) is None:  # pyright: ignore[reportUnknownArgumentType]
                raise ApiError(f"Invalid{parameter.removesuffix('Ids')}ID.NotFound", f"'{id}' does not exist")

    return require


def retag(api: Api, id: str, _state: State, tags: Mapping[str, str], gone: list[str]) -> None:
    if gone:
        call(api, "DeleteTags", Resources=[id], Tags=[{"Key": key} for key in gone])
    if tags:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        call(api, "CreateTags", Resources=[id], Tags=pairs)


def living(api: Api, operation: str, **filters: str) -> list[Answer]:
    """What a describe operation lists, without what it still remembers as deleted."""
    return [each for each in find(api, operation, **filters) if each["State"] != "deleted"]


def refuse_while(users: list[Answer], thing: str) -> None:
    """Refuse to delete what others still use, where the account would not."""
    if users:
        raise ApiError("DependencyViolation", f"{thing} has dependencies and cannot be deleted.")


def arn(api: Api, owner: str, path: str) -> str:
    return f"arn:aws:ec2:{api.region}:{owner}:{path}"


def _listed(answer: Answer) -> list[Answer]:
    lists: list[list[Answer]] = [value for value in answer.values() if isinstance(value, list)]
    return lists[0] if lists else []


VPC = exists("DescribeVpcs", "VpcIds")
SUBNET = exists("DescribeSubnets", "SubnetIds")
ROUTE_TABLE = exists("DescribeRouteTables", "RouteTableIds")
SECURITY_GROUP = exists("DescribeSecurityGroups", "GroupIds")
