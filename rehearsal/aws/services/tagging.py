"""Tags of services that take them for an ARN."""

from collections.abc import Mapping

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, Retag, State


def retagger(
    service: str,
    *,
    resource: str = "ResourceArn",
    tags: str = "Tags",
    keys: str = "TagKeys",
    map: bool = False,
) -> Retag:
    """Sets the tags of what a state has the ARN of; a service takes pairs, or a map."""

    def retag(api: Api, _id: str, state: State, new: Mapping[str, str], gone: list[str]) -> None:
        of = {resource: state["arn"]}
        if gone:
            api.call(service, "UntagResource", **of, **{keys: gone})
        if new:
            api.call(service, "TagResource", **of, **{tags: dict(new) if map else pairs(new)})

    return retag


def pairs(tags: Mapping[str, str]) -> list[Answer]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
