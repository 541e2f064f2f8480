"""Secrets of Secrets Manager and their values."""

from typing import Any

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State, provider_only
from rehearsal.aws.services.kms import require_key
from rehearsal.aws.services.tagging import retagger

_WINDOW_DAYS = 30  # Source: docstring of pulumi_aws.secretsmanager.Secret 7.51.1


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("secretsmanager", operation, **arguments)


def _set(api: Api, id: str, inputs: Inputs) -> None:
    key = {"KmsKeyId": inputs["kmsKeyId"]} if "kmsKeyId" in inputs else {}
    _call(api, "UpdateSecret", SecretId=id, Description=inputs.get("description", ""), **key)


def _set_policy(api: Api, id: str, inputs: Inputs) -> None:
    if policy := inputs.get("policy"):
        _call(api, "PutResourcePolicy", SecretId=id, ResourcePolicy=policy)
    else:
        _call(api, "DeleteResourcePolicy", SecretId=id)


def _read(api: Api, id: str, _state: State) -> Answer | None:
    secret = _call(api, "DescribeSecret", SecretId=id)
    if "DeletedDate" in secret:
        return None
    policy = _call(api, "GetResourcePolicy", SecretId=id).get("ResourcePolicy")
    return {"Tags": [], "description": "", **secret, "policy": policy or None}


def _delete(api: Api, id: str, state: State) -> None:
    days = state.get("recoveryWindowInDays", _WINDOW_DAYS)
    when = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    _call(api, "DeleteSecret", SecretId=id, **when)


def _read_version(api: Api, id: str, _state: State) -> Answer | None:
    arn, _, version = id.partition("|")
    try:
        found = _call(api, "GetSecretValue", SecretId=arn, VersionId=version)
    except ApiError as error:
        if "marked deleted" in error.message or "marked for deletion" in error.message:
            return None
        raise
    return found | {"secretId": arn, "secretArn": found["ARN"]}


def _keep(_api: Api, _id: str, _state: State) -> None:
    """The current value of a secret goes with the secret."""


KINDS = (
    Kind(
        type="aws:secretsmanager/secret:Secret",
        service="secretsmanager",
        create="CreateSecret",
        identify=lambda _inputs, answer: answer["ARN"],
        read=_read,
        delete=_delete,
        setters={
            "description": _set,
            "kmsKeyId": _set,
            "policy": _set_policy,
            "recoveryWindowInDays": provider_only,
        },
        names=AutoName(),
        documents=frozenset({"policy"}),
        retag=retagger("secretsmanager", resource="SecretId"),
        references={"kmsKeyId": require_key},
    ),
    Kind(
        type="aws:secretsmanager/secretVersion:SecretVersion",
        service="secretsmanager",
        create="PutSecretValue",
        identify=lambda _inputs, answer: f"{answer['ARN']}|{answer['VersionId']}",
        read=_read_version,
        delete=_keep,
        secrets=frozenset({"secretString", "secretBinary"}),
    ),
)
