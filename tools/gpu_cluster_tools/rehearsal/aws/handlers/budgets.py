"""Budgets and their subscribers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document, InMemoryStore
from gpu_cluster_tools.rehearsal.aws.router import ApiCall, Operation

_EVERYWHERE = ""  # budgets have no region
_LAST_DAY = datetime(2087, 6, 15, tzinfo=UTC)  # Source: Budgets API reference, TimePeriod, 2026-08-22
_MOST_EMAILS, _MOST_TOPICS = (
    10,
    1,
)  # of a notification. Source: Budgets API reference, CreateBudget, 2026-08-22
_NOT_BY_DEFAULT = {"UseAmortized", "UseBlended"}
_COST_TYPES = (
    "IncludeCredit",
    "IncludeDiscount",
    "IncludeOtherSubscription",
    "IncludeRecurring",
    "IncludeRefund",
    "IncludeSubscription",
    "IncludeSupport",
    "IncludeTax",
    "IncludeUpfront",
    "UseAmortized",
    "UseBlended",
)

_BUDGETS = InMemoryStore(
    lambda name: ApiError("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.")
)
"""Each {"Budget": …, "Notifications": [{"Notification": …, "Subscribers": […]}], "Tags": {…}}"""


def _create(call: ApiCall) -> Document:
    _require_own(call)
    budget = call.parameters["Budget"]
    name: str = budget["BudgetName"]
    if _BUDGETS.has(_EVERYWHERE, name):
        raise ApiError(
            "DuplicateRecordException", f"Error creating budget: {name} - the budget already exists."
        )
    notifications: list[Document] = call.parameters.get("NotificationsWithSubscribers", [])
    for each in notifications:
        _require_few(each["Subscribers"])
    tags = {tag["Key"]: tag["Value"] for tag in call.parameters.get("ResourceTags", [])}
    _BUDGETS.put(
        _EVERYWHERE, name, {"Budget": _complete(budget), "Notifications": list(notifications), "Tags": tags}
    )
    return {}


def _describe(call: ApiCall) -> Document:
    return {"Budget": _kept(call)["Budget"]}


def _list(_call: ApiCall) -> Document:
    return {"Budgets": [kept["Budget"] for kept in _BUDGETS.all(_EVERYWHERE)]}


def _update(call: ApiCall) -> Document:
    _require_own(call)
    new = call.parameters["NewBudget"]
    _BUDGETS.get(_EVERYWHERE, new["BudgetName"])["Budget"] = _complete(new)
    return {}


def _delete(call: ApiCall) -> Document:
    _BUDGETS.take(_EVERYWHERE, _kept(call)["Budget"]["BudgetName"])
    return {}


def _create_notification(call: ApiCall) -> Document:
    kept, notification = _kept(call), call.parameters["Notification"]
    _require_few(call.parameters["Subscribers"])
    if any(each["Notification"] == notification for each in kept["Notifications"]):
        raise ApiError("DuplicateRecordException", "The notification already exists.")
    kept["Notifications"].append(
        {"Notification": notification, "Subscribers": call.parameters["Subscribers"]}
    )
    return {}


def _list_notifications(call: ApiCall) -> Document:
    return {"Notifications": [each["Notification"] for each in _kept(call)["Notifications"]]}


def _list_subscribers(call: ApiCall) -> Document:
    return {"Subscribers": _notification(call)["Subscribers"]}


def _delete_notification(call: ApiCall) -> Document:
    _kept(call)["Notifications"].remove(_notification(call))
    return {}


def _list_tags(call: ApiCall) -> Document:
    tags = _by_arn(call)["Tags"]
    return {"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _tag(call: ApiCall) -> Document:
    _by_arn(call)["Tags"] |= {tag["Key"]: tag["Value"] for tag in call.parameters["ResourceTags"]}
    return {}


def _untag(call: ApiCall) -> Document:
    tags = _by_arn(call)["Tags"]
    for key in call.parameters["ResourceTagKeys"]:
        tags.pop(key, None)
    return {}


def _complete(budget: Mapping[str, Any]) -> Document:
    """Budget with AWS's defaults for unset fields."""
    now = datetime.now(UTC)
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    complete: Document = {
        **budget,
        "TimePeriod": {"Start": month, "End": _LAST_DAY} | budget.get("TimePeriod", {}),
        "LastUpdatedTime": now,
    }
    if budget["BudgetType"] == "COST":
        standard = {name: name not in _NOT_BY_DEFAULT for name in _COST_TYPES}
        complete["CostTypes"] = standard | budget.get("CostTypes", {})
    if budget["BudgetType"] in ("COST", "USAGE") and "BudgetLimit" not in budget:
        raise ApiError("InvalidParameterException", "BudgetLimit is required for cost and usage budgets.")
    return complete


def _require_own(call: ApiCall) -> None:
    given = call.parameters["AccountId"]
    if given != identity.account():
        raise ApiError("AccessDeniedException", f"Account {given} is not that of the caller.")


def _require_few(subscribers: list[Document]) -> None:
    for kind, most in (("EMAIL", _MOST_EMAILS), ("SNS", _MOST_TOPICS)):
        if sum(each["SubscriptionType"] == kind for each in subscribers) > most:
            raise ApiError(
                "CreationLimitExceededException",
                f"A notification has at most {most} subscribers of type {kind}.",
            )


def _kept(call: ApiCall) -> Document:
    _require_own(call)
    return _BUDGETS.get(_EVERYWHERE, call.parameters["BudgetName"])


def _notification(call: ApiCall) -> Document:
    wanted = call.parameters["Notification"]
    found = (each for each in _kept(call)["Notifications"] if each["Notification"] == wanted)
    if (notification := next(found, None)) is None:
        raise ApiError("NotFoundException", "The notification does not exist.")
    return notification


def _by_arn(call: ApiCall) -> Document:
    return _BUDGETS.get(_EVERYWHERE, call.parameters["ResourceARN"].partition(":budget/")[2])


OPERATIONS: Mapping[str, Operation] = {
    "CreateBudget": _create,
    "DescribeBudget": _describe,
    "DescribeBudgets": _list,
    "UpdateBudget": _update,
    "DeleteBudget": _delete,
    "CreateNotification": _create_notification,
    "DescribeNotificationsForBudget": _list_notifications,
    "DescribeSubscribersForNotification": _list_subscribers,
    "DeleteNotification": _delete_notification,
    "ListTagsForResource": _list_tags,
    "TagResource": _tag,
    "UntagResource": _untag,
}
