"""Repositories of images and what expires in them."""

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("ecr", operation, **arguments)


def encryption(inputs: Inputs) -> Answer:
    given = inputs.get("encryptionConfigurations")
    return {"encryptionConfiguration": {"encryptionType": "AES256"} | given[0]} if given else {}


def _set_mutability(api: Api, id: str, inputs: Inputs) -> None:
    filters = inputs.get("imageTagMutabilityExclusionFilters")
    _call(
        api,
        "PutImageTagMutability",
        repositoryName=id,
        imageTagMutability=inputs.get("imageTagMutability", "MUTABLE"),
        **({"imageTagMutabilityExclusionFilters": filters} if filters else {}),
    )


def _set_scanning(api: Api, id: str, inputs: Inputs) -> None:
    scanning = inputs.get("imageScanningConfiguration", {"scanOnPush": False})
    _call(api, "PutImageScanningConfiguration", repositoryName=id, imageScanningConfiguration=scanning)


def _set_force(_api: Api, _id: str, _inputs: Inputs) -> None:
    """The account hears of it when the repository goes."""


def _read(api: Api, id: str, _state: State) -> Answer | None:
    repository = _call(api, "DescribeRepositories", repositoryNames=[id])["repositories"][0]
    arn = repository["repositoryArn"]
    return repository | {
        "arn": arn,
        "name": id,
        "repositoryUrl": repository["repositoryUri"],
        "encryptionConfigurations": [repository["encryptionConfiguration"]],
        "tags": _call(api, "ListTagsForResource", resourceArn=arn)["tags"],
    }


def _delete(api: Api, id: str, state: State) -> None:
    _call(api, "DeleteRepository", repositoryName=id, force=state.get("forceDelete", False))


def _retag(api: Api, _id: str, state: State, tags: Mapping[str, str], gone: list[str]) -> None:
    if gone:
        _call(api, "UntagResource", resourceArn=state["arn"], tagKeys=gone)
    if tags:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        _call(api, "TagResource", resourceArn=state["arn"], tags=pairs)


def _read_lifecycle(api: Api, id: str, _state: State) -> Answer | None:
    found = _call(api, "GetLifecyclePolicy", repositoryName=id)
    return {"repository": id, "registryId": found["registryId"], "policy": found["lifecyclePolicyText"]}


def _require_key(api: Api, encryption: list[Answer]) -> None:
    for each in encryption:
        if key := each.get("kmsKey"):
            api.call("kms", "DescribeKey", KeyId=key)


KINDS = (
    Kind(
        type="aws:ecr/repository:Repository",
        service="ecr",
        create="CreateRepository",
        identify=lambda inputs, _answer: inputs["name"],
        read=_read,
        delete=_delete,
        renames={"name": "repositoryName"},
        shape=encryption,
        shaped=frozenset({"encryptionConfigurations"}),
        setters={
            "imageTagMutability": _set_mutability,
            "imageTagMutabilityExclusionFilters": _set_mutability,
            "imageScanningConfiguration": _set_scanning,
            "forceDelete": _set_force,
        },
        names=AutoName(lower=True),
        retag=_retag,
        references={"encryptionConfigurations": _require_key},
    ),
    Kind(
        type="aws:ecr/lifecyclePolicy:LifecyclePolicy",
        service="ecr",
        create="PutLifecyclePolicy",
        identify=lambda inputs, _answer: inputs["repository"],
        read=_read_lifecycle,
        delete=lambda api, id, _state: _call(api, "DeleteLifecyclePolicy", repositoryName=id),
        renames={"repository": "repositoryName", "policy": "lifecyclePolicyText"},
        puts=frozenset({"repository", "policy"}),
        documents=frozenset({"policy"}),
    ),
)
