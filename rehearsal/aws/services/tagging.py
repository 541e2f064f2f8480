"""Tags of services that take them for an ARN."""

from collections.abc import Mapping

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, Retag, State


def retagger(
    service: str,
    *,
    resource: str = "ResourceArn",
    by_id: bool = False,
    tags: str = "Tags",
    keys: str = "TagKeys",
    map: bool = False,
) -> Retag:
    """Sets the tags of what has an ARN, or an id; a service takes pairs, or a map."""

    def retag(api: Api, id: str, state: State, new: Mapping[str, str], gone: list[str]) -> None:
        of = {resource: id if by_id else state["arn"]}
        if gone:
            api.call(service, "UntagResource", **of, **{keys: gone})
        if new:
            api.call(service, "TagResource", **of, **{tags: dict(new) if map else pairs(new)})

    return retag


def pairs(tags: Mapping[str, str]) -> list[Answer]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
