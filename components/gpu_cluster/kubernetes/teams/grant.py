"""Grant of a platform to one team in the cluster."""

from collections.abc import Collection, Mapping

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.capacity import Pool, share_of
from gpu_cluster.config.cluster import NODE_LOCAL_DNS
from gpu_cluster.config.gateway import GatewaySettings
from gpu_cluster.config.hub import HubMirror
from gpu_cluster.config.team_grants import TeamSettings, group_of
from gpu_cluster.config.telemetry import Scraper
from gpu_cluster.kubernetes.gateway import from_gateway
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import (
    Namespace,
    PodSecurity,
    to_namespaces,
)
from gpu_cluster.kubernetes.security.limits import quota_spec
from gpu_cluster.kubernetes.security.rbac import group_subjects, role_ref
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.serving.server import PORT
from gpu_cluster.kubernetes.teams import rbac_rules
from gpu_cluster.kubernetes.teams.identity import (
    AWS_ACCOUNT,
    POOLS_ANNOTATION,
    ROLE,
    TEAM_LABEL,
    priority_class,
)
from gpu_cluster.kubernetes.teams.network_policies import allowances
from gpu_cluster.kubernetes.teams.quota import gpu_quota_of, quota_of


class TeamGrant(pulumi.ComponentResource):
    """Namespace of a team with its quotas and the RBAC roles of its members.

    TeamGrant("platform-teams-vision", "vision", settings, pools=pools, models="serving", on_aws=True).summary
    # {"namespace": "vision", "group": "gpu-cluster:team:vision", "gpus": {"l4": {"nvidia.com/gpu": 8}}, …}
    """

    summary: dict[str, object]
    """Grant of the team, in plain values."""

    def __init__(
        self,
        name: str,
        team: str,
        settings: TeamSettings,
        *,
        pools: Mapping[str, Pool],
        models: str | None,
        model_ports: Collection[int] = (PORT,),
        on_aws: bool,
        endpoints: Collection[str] = (),
        resolvers: Collection[str] = (NODE_LOCAL_DNS,),
        scraper: Scraper | None = None,
        groups: bool = False,
        gateway: GatewaySettings | None = None,
        hub: HubMirror | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`models`: namespace of the platform's own, where the team may call them, on `model_ports`;
        `endpoints`: ranges where services of AWS have interface endpoints; `resolvers`: addresses of
        NodeLocal DNSCache; `scraper`: pods that read the metrics of models; `groups`: the team may make
        LeaderWorkerSets; `gateway`: that of the platform, where it may have routes of it; `hub`: the
        site's mirror of the model hub."""
        super().__init__("gpu-cluster:index:TeamGrant", name, None, opts)
        most = share_of(settings.with_borrowed, pools)
        own = settings.namespace or team

        namespace = Namespace(
            name,
            own,
            PodSecurity.RESTRICTED,
            quota=quota_of(settings, most, pools),
            allowances=allowances(
                own,
                settings,
                to_namespaces({models}, *model_ports) if models else None,
                on_aws=on_aws,
                endpoints=endpoints,
                resolvers=resolvers,
                scraper=scraper,
                hub=hub,
            )
            | from_gateway(gateway),
            labels={TEAM_LABEL: team},
            annotations={POOLS_ANNOTATION: ",".join(most.gpus)},
            opts=pulumi.ResourceOptions(parent=self),
        )
        # After the namespace, and gone before it.
        child = pulumi.ResourceOptions(parent=self, depends_on=[namespace])

        for pool, granted in most.gpus.items():
            core.ResourceQuota(
                f"{name}-gpus-{pool}",
                metadata=metadata(f"gpus-{pool}", own),
                spec=quota_spec(gpu_quota_of(granted), priority_class(pool)),
                opts=child,
            )
        rules = rbac_rules.rules(groups=groups, routes=gateway is not None, custom=settings.custom_resources)
        role = rbac.Role(f"{name}-role", metadata=metadata(ROLE, own), rules=rules, opts=child)
        rbac.RoleBinding(
            f"{name}-members",
            metadata=metadata(ROLE, own),
            role_ref=role_ref("Role", ROLE),
            subjects=group_subjects(group_of(team), settings.members),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )
        if on_aws:
            service_account(f"{name}-aws", metadata(AWS_ACCOUNT, own), child)

        self.summary = summary_of(team, settings, pools)
        self.register_outputs(self.summary)


def summary_of(team: str, settings: TeamSettings, pools: Mapping[str, Pool]) -> dict[str, object]:
    """Grant of a team of a validated stack, in plain values."""
    share = share_of(settings, pools)
    return {
        "namespace": settings.namespace or team,
        "group": group_of(team),
        "cpuMillis": share.cpu_millis,
        "memoryBytes": share.memory_bytes,
        "gpus": {pool: dict(granted) for pool, granted in share.gpus.items()},
    }
