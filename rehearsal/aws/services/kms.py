"""Customer keys and their aliases."""

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("kms", operation, **arguments)


def _set_rotation(api: Api, id: str, inputs: Inputs) -> None:
    if not inputs.get("enableKeyRotation"):
        _call(api, "DisableKeyRotation", KeyId=id)
        return
    period = (
        {"RotationPeriodInDays": inputs["rotationPeriodInDays"]} if "rotationPeriodInDays" in inputs else {}
    )
    _call(api, "EnableKeyRotation", KeyId=id, **period)


def _set_enabled(api: Api, id: str, inputs: Inputs) -> None:
    _call(api, "EnableKey" if inputs.get("isEnabled", True) else "DisableKey", KeyId=id)


def _set_policy(api: Api, id: str, inputs: Inputs) -> None:
    if "policy" in inputs:
        _call(api, "PutKeyPolicy", KeyId=id, PolicyName="default", Policy=inputs["policy"])


def _set_description(api: Api, id: str, inputs: Inputs) -> None:
    _call(api, "UpdateKeyDescription", KeyId=id, Description=inputs.get("description", ""))


def _set_window(_api: Api, _id: str, _inputs: Inputs) -> None:
    """The account hears of the window when the key is deleted."""


def _read_key(api: Api, id: str, _state: State) -> Answer | None:
    key = _call(api, "DescribeKey", KeyId=id)["KeyMetadata"]
    if key["KeyState"] == "PendingDeletion":
        return None
    rotation = _call(api, "GetKeyRotationStatus", KeyId=id) if key["KeySpec"] == "SYMMETRIC_DEFAULT" else {}
    return key | {
        "isEnabled": key["Enabled"],
        "customerMasterKeySpec": key["KeySpec"],
        "policy": _call(api, "GetKeyPolicy", KeyId=id, PolicyName="default")["Policy"],
        "enableKeyRotation": rotation.get("KeyRotationEnabled", False),
        "rotationPeriodInDays": rotation.get("RotationPeriodInDays"),
        "Tags": _call(api, "ListResourceTags", KeyId=id)["Tags"],
    }


def _delete_key(api: Api, id: str, state: State) -> None:
    _call(api, "ScheduleKeyDeletion", KeyId=id, PendingWindowInDays=state.get("deletionWindowInDays", 30))


def _retag(api: Api, id: str, _state: State, tags: Mapping[str, str], gone: list[str]) -> None:
    if gone:
        _call(api, "UntagResource", KeyId=id, TagKeys=gone)
    if tags:
        pairs = [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
        _call(api, "TagResource", KeyId=id, Tags=pairs)


def require_key(api: Api, key: Any) -> None:
    """Refuse a key that does not exist or is to be deleted. AWS's own keys appear with their first use."""
    if str(key).rpartition(":")[2].startswith("alias/aws/"):
        return
    state = _call(api, "DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"]
    if state == "PendingDeletion":
        raise ApiError("KMSInvalidStateException", f"{key} is pending deletion.")


def _set_target(api: Api, id: str, inputs: Inputs) -> None:
    _call(api, "UpdateAlias", AliasName=id, TargetKeyId=inputs["targetKeyId"])


def _read_alias(api: Api, id: str, state: State) -> Answer | None:
    aliases: list[Answer] = _call(api, "ListAliases")["Aliases"]
    found = next((alias for alias in aliases if alias["AliasName"] == id), None)
    if found is None:
        return None
    key = _call(api, "DescribeKey", KeyId=found["TargetKeyId"])["KeyMetadata"]
    given = state.get("targetKeyId")
    return {
        "name": id,
        "arn": found["AliasArn"],
        "targetKeyArn": key["Arn"],
        "targetKeyId": given if given in (key["Arn"], key["KeyId"]) else key["KeyId"],
    }


KINDS = (
    Kind(
        type="aws:kms/key:Key",
        service="kms",
        create="CreateKey",
        identify=lambda _inputs, answer: answer["KeyMetadata"]["KeyId"],
        read=_read_key,
        delete=_delete_key,
        renames={"customerMasterKeySpec": "KeySpec"},
        setters={
            "enableKeyRotation": _set_rotation,
            "rotationPeriodInDays": _set_rotation,
            "isEnabled": _set_enabled,
            "policy": _set_policy,
            "description": _set_description,
            "deletionWindowInDays": _set_window,
        },
        documents=frozenset({"policy"}),
        retag=_retag,
    ),
    Kind(
        type="aws:kms/alias:Alias",
        service="kms",
        create="CreateAlias",
        identify=lambda inputs, _answer: inputs["name"],
        read=_read_alias,
        delete=lambda api, id, _state: _call(api, "DeleteAlias", AliasName=id),
        renames={"name": "AliasName"},
        setters={"targetKeyId": _set_target},
        names=AutoName(prefix="alias/"),
        references={"targetKeyId": require_key},
    ),
)
