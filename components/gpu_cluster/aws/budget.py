"""AWS budgets with e-mail alerts on actual and forecast cost."""

from collections.abc import Iterator, Mapping

import pulumi
import pulumi_aws as aws

from gpu_cluster.config.budget import BudgetSettings


class Budget(pulumi.ComponentResource):
    """Monthly AWS budget of a stack or a team, with e-mail alerts.

    Budget("platform-budget", settings, account="123456789012", tags={"gpu-cluster/stack": "prod"})
    """

    def __init__(
        self,
        name: str,
        settings: BudgetSettings,
        *,
        account: str,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`tags`: of what counts with scope stack."""
        super().__init__("gpu-cluster:index:Budget", name, None, opts)
        aws.budgets.Budget(
            f"{name}-monthly",
            account_id=account,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(settings.monthly_usd),
            limit_unit="USD",
            # Usage counts as cost, even if credits pay for it.
            cost_types={"include_credit": False, "include_refund": False},
            cost_filters=_filters(settings, tags),
            notifications=list(_notifications(settings)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _filters(
    settings: BudgetSettings, tags: Mapping[str, str]
) -> list[aws.budgets.BudgetCostFilterArgs] | None:
    if settings.scope == "account":
        return None
    values = [f"user:{key}${value}" for key, value in tags.items()]
    return [aws.budgets.BudgetCostFilterArgs(name="TagKeyValue", values=values)]


def _notifications(settings: BudgetSettings) -> Iterator[aws.budgets.BudgetNotificationArgs]:
    for kind, thresholds in (("ACTUAL", settings.spent), ("FORECASTED", settings.forecast)):
        for percent in sorted(thresholds):
            yield aws.budgets.BudgetNotificationArgs(
                notification_type=kind,
                comparison_operator="GREATER_THAN",
                threshold=percent,
                threshold_type="PERCENTAGE",
                subscriber_email_addresses=sorted(settings.notify),
            )
