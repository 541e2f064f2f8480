"""Backup vaults, plans and what plans cover."""

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State, provider_only
from rehearsal.aws.services.kms import require_key
from rehearsal.aws.services.tagging import retagger

Words = Mapping[str, Any]
"""Property to parameter; or to (parameter, Words) where there are more inside."""

_LIFECYCLE: Words = {
    "coldStorageAfter": "MoveToColdStorageAfterDays",
    "deleteAfter": "DeleteAfterDays",
    "optInToArchiveForSupportedResources": "OptInToArchiveForSupportedResources",
}
_RULE: Words = {
    "ruleName": "RuleName",
    "targetVaultName": "TargetBackupVaultName",
    "schedule": "ScheduleExpression",
    "scheduleExpressionTimezone": "ScheduleExpressionTimezone",
    "startWindow": "StartWindowMinutes",
    "completionWindow": "CompletionWindowMinutes",
    "enableContinuousBackup": "EnableContinuousBackup",
    "recoveryPointTags": "RecoveryPointTags",
    "lifecycle": ("Lifecycle", _LIFECYCLE),
    "copyActions": (
        "CopyActions",
        {"destinationVaultArn": "DestinationBackupVaultArn", "lifecycle": ("Lifecycle", _LIFECYCLE)},
    ),
}
_STANDARD_RULE = {"startWindow": 60, "completionWindow": 180, "scheduleExpressionTimezone": "Etc/UTC"}
"""What the provider adds. Source: docstrings of pulumi_aws.backup.Plan 7.51.1."""

_PLAN: Words = {
    "name": "BackupPlanName",
    "rules": ("Rules", _RULE),
    "advancedBackupSettings": (
        "AdvancedBackupSettings",
        {"backupOptions": "BackupOptions", "resourceType": "ResourceType"},
    ),
}
_CONDITION: Words = {"key": "ConditionKey", "value": "ConditionValue"}
_SELECTION: Words = {
    "name": "SelectionName",
    "iamRoleArn": "IamRoleArn",
    "resources": "Resources",
    "notResources": "NotResources",
    "selectionTags": ("ListOfTags", {**_CONDITION, "type": "ConditionType"}),
}
_CONDITIONS: Words = {
    "stringEquals": ("StringEquals", _CONDITION),
    "stringLikes": ("StringLike", _CONDITION),
    "stringNotEquals": ("StringNotEquals", _CONDITION),
    "stringNotLikes": ("StringNotLike", _CONDITION),
}


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("backup", operation, **arguments)


def _there(value: Any, words: Words) -> Any:
    """Properties in the service's words."""
    if isinstance(value, list):
        return [_there(each, words) for each in value]  # pyright: ignore[reportUnknownVariableType]
    renamed: Answer = {}
    for name, part in value.items():
        there, inside = _split(words[name])
        renamed[there] = _there(part, inside) if inside else part
    return renamed


def _here(value: Any, words: Words) -> Any:
    """An answer in the engine's words."""
    if isinstance(value, list):
        return [_here(each, words) for each in value]  # pyright: ignore[reportUnknownVariableType]
    renamed: Answer = {}
    for name, known in words.items():
        there, inside = _split(known)
        if there in value:
            renamed[name] = _here(value[there], inside) if inside else value[there]
    return renamed


def _split(word: Any) -> tuple[str, Words]:
    return word if isinstance(word, tuple) else (word, {})  # pyright: ignore[reportUnknownVariableType]


def _plan(inputs: Inputs) -> Answer:
    given = {name: inputs[name] for name in _PLAN if name in inputs}
    given["rules"] = [_STANDARD_RULE | rule for rule in inputs["rules"]]
    return {"BackupPlan": _there(given, _PLAN)}


def _set_plan(api: Api, id: str, inputs: Inputs) -> None:
    _call(api, "UpdateBackupPlan", BackupPlanId=id, **_plan(inputs))


def _read_plan(api: Api, id: str, _state: State) -> Answer | None:
    found = _call(api, "GetBackupPlan", BackupPlanId=id)
    arn = found["BackupPlanArn"]
    return _here(found["BackupPlan"], _PLAN) | {
        "arn": arn,
        "version": found["VersionId"],
        "tags": _call(api, "ListTags", ResourceArn=arn)["Tags"],
    }


def _selection(inputs: Inputs) -> Answer:
    given = {name: inputs[name] for name in _SELECTION if name in inputs}
    selection = _there(given, _SELECTION)
    for each in inputs.get("conditions", []):
        selection["Conditions"] = selection.get("Conditions", {}) | _there(each, _CONDITIONS)
    return {"BackupPlanId": inputs["planId"], "BackupSelection": selection}


def _read_selection(api: Api, id: str, state: State) -> Answer | None:
    found = _call(api, "GetBackupSelection", BackupPlanId=state["planId"], SelectionId=id)
    selection = found["BackupSelection"]
    conditions = selection.get("Conditions")
    return _here(selection, _SELECTION) | {
        "planId": found["BackupPlanId"],
        "conditions": [_here(conditions, _CONDITIONS)] if conditions else None,
    }


def _delete_selection(api: Api, id: str, state: State) -> None:
    _call(api, "DeleteBackupSelection", BackupPlanId=state["planId"], SelectionId=id)


def _read_vault(api: Api, id: str, _state: State) -> Answer | None:
    vault = _call(api, "DescribeBackupVault", BackupVaultName=id)
    arn = vault["BackupVaultArn"]
    return {
        "name": id,
        "arn": arn,
        "kmsKeyArn": vault.get("EncryptionKeyArn"),
        "recoveryPoints": vault.get("NumberOfRecoveryPoints", 0),
        "tags": _call(api, "ListTags", ResourceArn=arn)["Tags"],
    }


def _delete_vault(api: Api, id: str, _state: State) -> None:
    _call(api, "DeleteBackupVault", BackupVaultName=id)


def _read_lock(api: Api, id: str, _state: State) -> Answer | None:
    vault = _call(api, "DescribeBackupVault", BackupVaultName=id)
    return vault | {"backupVaultName": id} if vault.get("Locked") else None


def _delete_lock(api: Api, id: str, _state: State) -> None:
    _call(api, "DeleteBackupVaultLockConfiguration", BackupVaultName=id)


_RETAG = retagger("backup", keys="TagKeyList", map=True)

KINDS = (
    Kind(
        type="aws:backup/vault:Vault",
        service="backup",
        create="CreateBackupVault",
        identify=lambda inputs, _answer: inputs["name"],
        read=_read_vault,
        delete=_delete_vault,
        renames={"name": "BackupVaultName", "kmsKeyArn": "EncryptionKeyArn", "tags": "BackupVaultTags"},
        setters={"forceDestroy": provider_only},
        names=AutoName(),
        retag=_RETAG,
        references={"kmsKeyArn": require_key},
    ),
    Kind(
        type="aws:backup/plan:Plan",
        service="backup",
        create="CreateBackupPlan",
        identify=lambda _inputs, answer: answer["BackupPlanId"],
        read=_read_plan,
        delete=lambda api, id, _state: _call(api, "DeleteBackupPlan", BackupPlanId=id),
        renames={"tags": "BackupPlanTags"},
        shape=_plan,
        shaped=frozenset(_PLAN),
        setters={"rules": _set_plan, "advancedBackupSettings": _set_plan},
        renewed=frozenset({"version"}),
        names=AutoName(),
        retag=_RETAG,
    ),
    Kind(
        type="aws:backup/selection:Selection",
        service="backup",
        create="CreateBackupSelection",
        identify=lambda _inputs, answer: answer["SelectionId"],
        read=_read_selection,
        delete=_delete_selection,
        shape=_selection,
        shaped=frozenset({"planId", "conditions", *_SELECTION}),
        names=AutoName(),
    ),
    Kind(
        type="aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        service="backup",
        create="PutBackupVaultLockConfiguration",
        identify=lambda inputs, _answer: inputs["backupVaultName"],
        read=_read_lock,
        delete=_delete_lock,
        alone=True,
    ),
)
