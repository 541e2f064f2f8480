"""Grants of a platform to its teams in its AWS account."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.budget import Budget
from gpu_cluster.aws.eks.access import group_entry, principal_of
from gpu_cluster.aws.identity import PodIdentity
from gpu_cluster.aws.tags import team_tags
from gpu_cluster.aws.teams.iam_policies import Prefixes, member_policy, pod_policy
from gpu_cluster.config.budget import BudgetSettings
from gpu_cluster.config.eks import is_managed_by_aws
from gpu_cluster.config.team_grants import TeamSettings, group_of
from gpu_cluster.kubernetes.teams.identity import AWS_ACCOUNT


class TeamAccount(pulumi.ComponentResource):
    """AWS side of a team: access entries of its members, IAM permissions within its prefixes, and a budget.

    TeamAccount("platform-teams-vision", "vision", settings, environment="prod", …).outputs
    # {"registry": {"prefix": "vision/", "key": "arn:…"}, "role": "arn:…"}
    """

    outputs: Mapping[str, Any]

    def __init__(
        self,
        name: str,
        team: str,
        settings: TeamSettings,
        *,
        environment: str,
        cluster: pulumi.Input[str],
        prefixes: Prefixes,
        budget: BudgetSettings | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`cluster`: its name; `budget`: that of the environment."""
        super().__init__("gpu-cluster:index:TeamAccount", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        tags = team_tags(environment, team)

        policy = aws.iam.Policy(
            f"{name}-rights",
            description=f"Members of team {team} of {environment}",
            policy=member_policy(prefixes, cluster),
            tags=tags,
            opts=child,
        )
        for member in settings.members:
            self._admit(name, member, group_of(team), policy.arn, cluster)
        identity = PodIdentity(
            f"{name}-identity",
            cluster=cluster,
            namespace=settings.namespace or team,
            service_account=AWS_ACCOUNT,
            policies={"prefixes": pod_policy(prefixes)},
            opts=child,
        )
        if settings.budget:
            Budget(
                f"{name}-budget",
                BudgetSettings(
                    monthly_usd=settings.budget.monthly_usd,
                    notify=settings.budget.notify or (budget.notify if budget else frozenset()),
                    scope="stack",
                ),
                account=prefixes.account,
                tags=tags,
                opts=child,
            )

        self.outputs = {
            "registry": {"prefix": prefixes.repositories, "key": prefixes.registry_key},
            "stores": {
                key: pulumi.Output.concat("s3://", it, "/", team, "/") for key, it in prefixes.buckets.items()
            },
            "role": identity.role_arn,
            **({"policy": policy.name} if any(map(is_managed_by_aws, settings.members)) else {}),
        }
        self.register_outputs(self.outputs)

    def _admit(
        self,
        name: str,
        member: str,
        group: str,
        policy: pulumi.Input[str],
        cluster: pulumi.Input[str],
    ) -> None:
        """Into the cluster as one of the team's group, and to what is the team's on AWS.

        A role of IAM Identity Center gets the policy by its permission set, which is not the platform's.
        """
        kind, principal = principal_of(member)
        child = pulumi.ResourceOptions(parent=self)
        group_entry(name, member, group, cluster=cluster, opts=child)
        if is_managed_by_aws(member):
            return
        attachment = f"{name}-rights-{kind}-{principal}"
        if kind == "role":
            aws.iam.RolePolicyAttachment(attachment, role=principal, policy_arn=policy, opts=child)
        else:
            aws.iam.UserPolicyAttachment(attachment, user=principal, policy_arn=policy, opts=child)
