"""A team's own repositories, made as one of its members."""

from typing import Any

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.ecr import Repository, keep_newest_and_tagged
from gpu_cluster.aws.tags import tags_of, team_tags
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.team_stack import TeamStack


def repositories_of(
    name: str,
    team: TeamStack,
    granted: pulumi.Input[dict[str, Any]],
    opts: pulumi.ResourceOptions,
) -> dict[str, Repository]:
    """Repositories by path; none without ECR. `granted`: outputs of the environment for the team."""
    stack, registry = team.environment, team.environment.registry
    if not isinstance(stack.cluster, EksSettings):
        return {}
    own = {"team": team.name} if "team" in stack.tags else {}
    tags = tags_of(pulumi.get_stack(), {**stack.tags, **own}) | team_tags(
        team.file.team.environment, team.name
    )
    provider = aws.Provider(
        f"{name}-aws",
        region=stack.region,
        allowed_account_ids=[stack.cluster.account],
        default_tags={"tags": tags},
        opts=opts,
    )
    key = pulumi.Output.from_input(granted).apply(lambda it: it["registry"]["key"])
    above = f"{registry.prefix}/" if registry.prefix else ""
    return {
        path: Repository(
            f"{name}-{path}",
            above + path,
            key=key,
            expiry=keep_newest_and_tagged(
                settings.keep_images or registry.keep_images, registry.untagged_days
            ),
            protect=stack.protect,
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(providers=[provider])),
        )
        for path, settings in team.file.repositories.items()
    }
