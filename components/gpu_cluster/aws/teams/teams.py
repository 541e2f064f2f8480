"""Grants of all teams of a stack in its AWS account."""

from collections.abc import Mapping
from typing import Any

import pulumi

from gpu_cluster.aws.keys import KeyUsage
from gpu_cluster.aws.teams.account import TeamAccount
from gpu_cluster.aws.teams.iam_policies import Prefixes
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.stores import S3
from gpu_cluster.kubernetes.storage import VolumeSource


def team_accounts(
    name: str,
    stack: Stack,
    *,
    account: str,
    region: str,
    cluster: pulumi.Input[str],
    keys: Mapping[KeyUsage, pulumi.Input[str]],
    sources: Mapping[str, VolumeSource],
    opts: pulumi.ResourceOptions,
) -> dict[str, Mapping[str, Any]]:
    """The grant of each team, by name. `sources`: the stores that AWS made."""
    buckets = {
        key: sources[key].handle
        for key, chosen in stack.storage.items()
        if isinstance(chosen, S3) and not chosen.bucket
    }
    above = f"{stack.registry.prefix}/" if stack.registry.prefix else ""
    return {
        team: TeamAccount(
            f"{name}-team-{team}",
            team,
            granted,
            environment=pulumi.get_stack(),
            cluster=cluster,
            prefixes=Prefixes(
                account=account,
                region=region,
                team=team,
                repositories=f"{above}{team}/",
                registry_key=keys[KeyUsage.REGISTRY],
                buckets=buckets,
                data_key=keys[KeyUsage.DATA],
            ),
            budget=stack.budget,
            opts=opts,
        ).outputs
        for team, granted in stack.teams.items()
    }
