"""Budgets."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rehearsal.aws import identity
from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State
from rehearsal.aws.services.tagging import retagger

_TIME = "%Y-%m-%d_%H:%M"  # as the provider writes the ends of a period
_CHANGEABLE = (
    "budgetType",
    "costFilters",
    "costTypes",
    "limitAmount",
    "limitUnit",
    "timePeriodEnd",
    "timePeriodStart",
    "timeUnit",
)
_ADDRESSES = {"subscriberEmailAddresses": "EMAIL", "subscriberSnsTopicArns": "SNS"}
_NOTIFICATION = {
    "comparisonOperator": "ComparisonOperator",
    "notificationType": "NotificationType",
    "threshold": "Threshold",
    "thresholdType": "ThresholdType",
}


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("budgets", operation, **arguments)


def _create(inputs: Inputs) -> Answer:
    notifications = [_notification(each) for each in inputs.get("notifications", [])]
    return {"AccountId": inputs.get("accountId", identity.account()), "Budget": _budget(inputs)} | (
        {"NotificationsWithSubscribers": notifications} if notifications else {}
    )


def _budget(inputs: Inputs) -> Answer:
    budget: Answer = {
        "BudgetName": inputs["name"],
        "BudgetType": inputs["budgetType"],
        "TimeUnit": inputs["timeUnit"],
        "CostFilters": {each["name"]: each["values"] for each in inputs.get("costFilters", [])},
    }
    if "limitAmount" in inputs:
        budget["BudgetLimit"] = {"Amount": inputs["limitAmount"], "Unit": inputs.get("limitUnit", "")}
    if "costTypes" in inputs:
        budget["CostTypes"] = {_upper(name): value for name, value in inputs["costTypes"].items()}
    ends = {"timePeriodStart": "Start", "timePeriodEnd": "End"}
    if period := {there: _time(inputs[here]) for here, there in ends.items() if here in inputs}:
        budget["TimePeriod"] = period
    return budget


def _set(api: Api, id: str, inputs: Inputs) -> None:
    account, _, name = id.partition(":")
    _call(api, "UpdateBudget", AccountId=account, NewBudget=_budget({**inputs, "name": name}))


def _set_notifications(api: Api, id: str, inputs: Inputs) -> None:
    budget = _named(id)
    for old in _call(api, "DescribeNotificationsForBudget", **budget)["Notifications"]:
        _call(api, "DeleteNotification", **budget, Notification=old)
    for new in inputs.get("notifications", []):
        _call(api, "CreateNotification", **budget, **_notification(new))


def _read(api: Api, id: str, _state: State) -> Answer | None:
    budget = _call(api, "DescribeBudget", **_named(id))["Budget"]
    account, _, name = id.partition(":")
    arn = f"arn:aws:budgets::{account}:budget/{name}"
    limit: Mapping[str, str] = budget.get("BudgetLimit", {})
    return budget | {
        "accountId": account,
        "name": name,
        "arn": arn,
        "limitAmount": limit.get("Amount"),
        "limitUnit": limit.get("Unit"),
        "costFilters": [
            {"name": key, "values": values} for key, values in budget.get("CostFilters", {}).items()
        ],
        "timePeriodStart": budget["TimePeriod"]["Start"].astimezone(UTC).strftime(_TIME),
        "timePeriodEnd": budget["TimePeriod"]["End"].astimezone(UTC).strftime(_TIME),
        "notifications": _notifications(api, id),
        "tags": _call(api, "ListTagsForResource", ResourceARN=arn)["ResourceTags"],
    }


def _notifications(api: Api, id: str) -> list[Answer]:
    found: list[Answer] = []
    for each in _call(api, "DescribeNotificationsForBudget", **_named(id))["Notifications"]:
        asked = {**_named(id), "Notification": each}
        subscribers = _call(api, "DescribeSubscribersForNotification", **asked)["Subscribers"]
        addresses = {
            name: [one["Address"] for one in subscribers if one["SubscriptionType"] == kind]
            for name, kind in _ADDRESSES.items()
        }
        notification: Answer = {name: each[there] for name, there in _NOTIFICATION.items() if there in each}
        found.append(notification | {name: listed for name, listed in addresses.items() if listed})
    return found


def _delete(api: Api, id: str, _state: State) -> None:
    _call(api, "DeleteBudget", **_named(id))


def _notification(given: Mapping[str, Any]) -> Answer:
    subscribers = [
        {"SubscriptionType": kind, "Address": address}
        for name, kind in _ADDRESSES.items()
        for address in given.get(name, [])
    ]
    named = {there: given[name] for name, there in _NOTIFICATION.items()}
    return {"Notification": named, "Subscribers": subscribers}


def _named(id: str) -> Answer:
    account, _, name = id.partition(":")
    return {"AccountId": account, "BudgetName": name}


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise ApiError(
            "InvalidParameterException", f"{text}: expected a time like 2026-01-01_00:00"
        ) from error


def _upper(name: str) -> str:
    return name[0].upper() + name[1:]


KINDS = (
    Kind(
        type="aws:budgets/budget:Budget",
        service="budgets",
        create="CreateBudget",
        identify=lambda inputs, _answer: f"{inputs.get('accountId', identity.account())}:{inputs['name']}",
        read=_read,
        delete=_delete,
        renames={"tags": "ResourceTags"},
        shape=_create,
        shaped=frozenset({"accountId", "name", "notifications", *_CHANGEABLE}),
        setters=dict.fromkeys(_CHANGEABLE, _set) | {"notifications": _set_notifications},
        names=AutoName(),
        retag=retagger("budgets", resource="ResourceARN", tags="ResourceTags", keys="ResourceTagKeys"),
    ),
)
