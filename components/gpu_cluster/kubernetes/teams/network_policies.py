"""Network policies of a team: ingress and egress of its pods."""

from collections.abc import Collection

from pulumi_kubernetes.networking import v1 as networking

from gpu_cluster.config.hub import HubMirror
from gpu_cluster.config.team_grants import TeamSettings
from gpu_cluster.config.telemetry import Scraper
from gpu_cluster.kubernetes.security import (
    from_namespaces,
    from_pods,
    to_dns,
    to_internet,
    to_namespaces,
    to_networks,
    to_pod_identity,
)
from gpu_cluster.kubernetes.serving.server import METRICS_PORTS


def allowances(
    own: str,
    settings: TeamSettings,
    models: networking.NetworkPolicySpecArgs | None,
    *,
    on_aws: bool,
    endpoints: Collection[str],
    resolvers: Collection[str],
    scraper: Scraper | None,
    hub: HubMirror | None = None,
) -> dict[str, networking.NetworkPolicySpecArgs]:
    """Network policies of a team's namespace `own` by name, in addition to the default-deny one.

    `models`: the way to the platform's models; `on_aws`: pods may have a role of AWS; `endpoints`: ranges of
    its interface endpoints; `resolvers`: addresses of DNS beside the cluster's; `scraper`: reads metrics;
    `hub`: the site's mirror of the model hub.
    """
    return {
        "clients": from_namespaces({own, *settings.clients}),
        "dns": to_dns(resolvers),
        "internet": to_internet(443),
        "own": to_namespaces({own}),
        **({"models": models} if models else {}),
        **({"metrics": from_pods(scraper.namespace, scraper.labels, *METRICS_PORTS)} if scraper else {}),
        **({"pod-identity": to_pod_identity()} if on_aws else {}),
        **({"hub": to_networks(hub.networks, hub.port)} if hub else {}),
        **({"aws-endpoints": to_networks(endpoints, 443)} if endpoints else {}),
    }
