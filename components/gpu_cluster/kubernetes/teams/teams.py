"""Teams of a platform in its cluster."""

from collections.abc import Collection, Mapping
from typing import Any

import pulumi
from pulumi_kubernetes.scheduling import v1 as scheduling

from gpu_cluster.capacity import Pool
from gpu_cluster.config.cluster import NODE_LOCAL_DNS
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security.admission import admission_policy
from gpu_cluster.kubernetes.serving.server import ports_of
from gpu_cluster.kubernetes.teams import pod_admission as pods
from gpu_cluster.kubernetes.teams import route_admission as routes
from gpu_cluster.kubernetes.teams.grant import TeamGrant
from gpu_cluster.kubernetes.teams.identity import priority_class


class Teams(pulumi.ComponentResource):
    """Grants of all teams, with the admission policy that enforces them.

    Teams("platform-teams", stack, pools=pools, on_aws=False).summaries["vision"]
    """

    summaries: dict[str, dict[str, Any]]
    """Grant of each team, by name, in plain values."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        *,
        pools: Mapping[str, Pool],
        on_aws: bool,
        endpoints: Collection[str] = (),
        resolvers: Collection[str] = (NODE_LOCAL_DNS,),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`endpoints`: ranges where services of AWS have interface endpoints; `resolvers`: addresses of
        NodeLocal DNSCache."""
        super().__init__("gpu-cluster:index:Teams", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        with_gpus = {key: pool for key, pool in pools.items() if pool.gpu_resources}

        before: list[pulumi.Resource] = [
            scheduling.PriorityClass(
                f"{name}-class-{key}",
                metadata=metadata(priority_class(key)),
                value=0,
                # No preemption: pods wait for free capacity.
                preemption_policy="Never",
                description=f"Pods with GPUs of pool {key}, by which the quotas of teams count them",
                opts=pulumi.ResourceOptions(
                    parent=self, replace_on_changes=["value", "preemptionPolicy"], delete_before_replace=True
                ),
            )
            for key in with_gpus
        ]
        before.append(admission_policy(f"{name}-admission", pods.NAME, pods.policy(with_gpus), child))
        if stack.gateway and any(it.gateway for it in stack.teams.values()):
            before.append(
                admission_policy(f"{name}-routes", routes.NAME, routes.policy(stack.gateway), child)
            )
        serving = stack.serving.namespace
        grants = {
            team: TeamGrant(
                f"{name}-{team}",
                team,
                settings,
                pools=pools,
                models=serving if (settings.namespace or team) in stack.serving.clients else None,
                model_ports=ports_of(stack.serving.models.values()),
                on_aws=on_aws,
                endpoints=endpoints,
                resolvers=resolvers,
                scraper=stack.telemetry.collectors,
                groups=stack.serving.has_groups,
                gateway=stack.gateway if settings.gateway else None,
                hub=stack.serving.hub,
                # Members get access only after the admission policy exists.
                opts=pulumi.ResourceOptions(parent=self, depends_on=before),
            )
            for team, settings in stack.teams.items()
        }
        self.summaries = {team: grant.summary for team, grant in grants.items()}
        self.register_outputs({"teams": self.summaries})
