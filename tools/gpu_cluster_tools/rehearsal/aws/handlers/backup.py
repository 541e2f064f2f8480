"""Backup plans and their selections. Vaults are moto's."""

import json
import re
import secrets
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.handlers import recovery_points
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document, InMemoryStore
from gpu_cluster_tools.rehearsal.aws.policy_document import text_of
from gpu_cluster_tools.rehearsal.aws.router import ApiCall, Operation

_SERVICE = "backup.amazonaws.com"
_STANDARD = {
    "ScheduleExpression": "cron(0 5 ? * * *)",
    "ScheduleExpressionTimezone": "Etc/UTC",
    "StartWindowMinutes": 480,
    "CompletionWindowMinutes": 10_080,
}
"""Defaults of a rule. Source: Backup API reference, BackupRuleInput, 2026-08-22."""

_LEAST_START_MINUTES = 60  # Source: as above
_LEAST_COLD_DAYS = 90  # between the move to cold storage and deletion. Source: the same, Lifecycle

_PLANS = InMemoryStore(
    lambda id: ApiError("ResourceNotFoundException", f"Failed reading Backup plan with provided id {id}")
)
_SELECTIONS = InMemoryStore(
    lambda id: ApiError("ResourceNotFoundException", f"Failed reading Backup selection with provided id {id}")
)


def _create_plan(call: ApiCall) -> Document:
    region, wanted = call.api.region, call.parameters["BackupPlan"]
    plan = _checked(call.api, wanted)
    if any(each["Asked"] == wanted for each in _PLANS.all(region)):
        raise ApiError("AlreadyExistsException", "Backup plan with the same plan document already exists")
    id = str(uuid.uuid4())
    arn = f"arn:aws:backup:{region}:{identity.account()}:backup-plan:{id}"
    made: Document = {"BackupPlanId": id, "BackupPlanArn": arn, "CreationDate": datetime.now(UTC)}
    made |= {"VersionId": secrets.token_urlsafe(36), "BackupPlan": plan, "Asked": wanted}
    if tags := call.parameters.get("BackupPlanTags"):
        call.api.call("backup", "TagResource", ResourceArn=arn, Tags=tags)
    return _PLANS.put(region, id, made)


def _get_plan(call: ApiCall) -> Document:
    return _PLANS.get(call.api.region, call.parameters["BackupPlanId"])


def _list_plans(call: ApiCall) -> Document:
    plans = _PLANS.all(call.api.region)
    return {
        "BackupPlansList": [
            {**plan, "BackupPlanName": plan["BackupPlan"]["BackupPlanName"]} for plan in plans
        ]
    }


def _update_plan(call: ApiCall) -> Document:
    plan, wanted = _get_plan(call), call.parameters["BackupPlan"]
    plan |= {"BackupPlan": _checked(call.api, wanted), "Asked": wanted}
    plan["VersionId"] = secrets.token_urlsafe(36)
    return plan


def _delete_plan(call: ApiCall) -> Document:
    plan = _get_plan(call)
    if _selections_of(call.api.region, plan["BackupPlanId"]):
        raise ApiError(
            "InvalidRequestException",
            "Related backup plan selections must be deleted prior to backup plan deletion",
        )
    return _PLANS.take(call.api.region, plan["BackupPlanId"]) | {"DeletionDate": datetime.now(UTC)}


def _create_selection(call: ApiCall) -> Document:
    plan, selection = _get_plan(call), call.parameters["BackupSelection"]
    _require_role(call.api, selection["IamRoleArn"])
    if not any(selection.get(name) for name in ("Resources", "ListOfTags", "Conditions", "NotResources")):
        raise ApiError("InvalidParameterValueException", "Invalid selection: it selects nothing")
    names = (
        each["BackupSelection"]["SelectionName"]
        for each in _selections_of(call.api.region, plan["BackupPlanId"])
    )
    if selection["SelectionName"] in names:
        raise ApiError("AlreadyExistsException", f"Selection {selection['SelectionName']} already exists")
    id = str(uuid.uuid4())
    made = {
        "SelectionId": id,
        "BackupPlanId": plan["BackupPlanId"],
        "BackupSelection": selection,
        "CreationDate": datetime.now(UTC),
    }
    return _SELECTIONS.put(call.api.region, id, made)


def _get_selection(call: ApiCall) -> Document:
    return _SELECTIONS.get(call.api.region, call.parameters["SelectionId"])


def _list_selections(call: ApiCall) -> Document:
    found = _selections_of(call.api.region, call.parameters["BackupPlanId"])
    return {"BackupSelectionsList": [{**each, **each["BackupSelection"]} for each in found]}


def _delete_selection(call: ApiCall) -> Document:
    _SELECTIONS.take(call.api.region, call.parameters["SelectionId"])
    return {}


def _selections_of(region: str, plan: str) -> list[Document]:
    return [each for each in _SELECTIONS.all(region) if each["BackupPlanId"] == plan]


def _checked(api: Api, plan: Mapping[str, Any]) -> Document:
    rules: list[Document] = [{**_STANDARD, "RuleId": str(uuid.uuid4()), **rule} for rule in plan["Rules"]]
    for rule in rules:
        for words in _problems(rule):
            raise ApiError("InvalidParameterValueException", f"Rule {rule['RuleName']}: {words}")
        api.call("backup", "DescribeBackupVault", BackupVaultName=rule["TargetBackupVaultName"])
    return {**plan, "Rules": rules}


def _problems(rule: Mapping[str, Any]) -> Iterator[str]:
    schedule = rule["ScheduleExpression"]
    if not re.fullmatch(r"cron\((\S+ ){5}\S+\)|rate\(\d+ (minute|hour|day)s?\)", schedule):
        yield f"Invalid schedule expression {schedule}"
    start, end = rule["StartWindowMinutes"], rule["CompletionWindowMinutes"]
    if start < _LEAST_START_MINUTES:
        yield f"Start window must be at least {_LEAST_START_MINUTES} minutes, not {start}"
    if end < start + _LEAST_START_MINUTES:
        yield f"Completion window must end {_LEAST_START_MINUTES} minutes after the start window of {start}"
    for lifecycle in (
        rule.get("Lifecycle", {}),
        *(each.get("Lifecycle", {}) for each in rule.get("CopyActions", [])),
    ):
        cold, deleted = lifecycle.get("MoveToColdStorageAfterDays"), lifecycle.get("DeleteAfterDays")
        if cold and deleted and deleted < cold + _LEAST_COLD_DAYS:
            yield f"DeleteAfterDays {deleted} must be {_LEAST_COLD_DAYS} days after cold storage at {cold}"


def _require_role(api: Api, arn: str) -> None:
    """A role that exists and trusts the service."""
    try:
        trust = api.call("iam", "GetRole", RoleName=arn.rpartition("/")[2])["Role"][
            "AssumeRolePolicyDocument"
        ]
    except ApiError as error:
        raise ApiError(
            "InvalidParameterValueException", f"IAM Role {arn} cannot be assumed by AWS Backup"
        ) from error
    if _SERVICE not in json.dumps(json.loads(text_of(trust)).get("Statement", [])):
        raise ApiError("InvalidParameterValueException", f"IAM Role {arn} cannot be assumed by AWS Backup")


OPERATIONS: Mapping[str, Operation] = {
    **recovery_points.OPERATIONS,
    "CreateBackupPlan": _create_plan,
    "GetBackupPlan": _get_plan,
    "ListBackupPlans": _list_plans,
    "UpdateBackupPlan": _update_plan,
    "DeleteBackupPlan": _delete_plan,
    "CreateBackupSelection": _create_selection,
    "GetBackupSelection": _get_selection,
    "ListBackupSelections": _list_selections,
    "DeleteBackupSelection": _delete_selection,
}
