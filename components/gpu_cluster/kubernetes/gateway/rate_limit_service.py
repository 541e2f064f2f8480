"""The rate limit service of Envoy Gateway, and the counters that its replicas share.

Envoy Gateway runs the service once its configuration names a database (internal/infrastructure/kubernetes/
ratelimit of envoyproxy/gateway v1.6.0, 2026-11-30). The database is Valkey in memory: a restart starts a
minute anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.networking import v1 as networking

from gpu_cluster.capacity.gateway_requests import COUNTER_REQUESTS, RATE_LIMITER_REQUESTS, RATE_LIMITERS
from gpu_cluster.kubernetes.gateway.names import PROXIES
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.scheduling import ServerNodes
from gpu_cluster.kubernetes.security import (
    from_namespaces,
    from_pods,
    restricted_container,
    restricted_pod,
    to_namespaces,
)
from gpu_cluster.kubernetes.security.service_account import service_account

SERVICE_LABELS = {"app.kubernetes.io/name": "envoy-ratelimit", "app.kubernetes.io/component": "ratelimit"}
"""Labels that Envoy Gateway gives to the pods of the service."""

_COUNTERS = "rate-limit-counters"
_LABELS = {"app.kubernetes.io/name": _COUNTERS, "app.kubernetes.io/part-of": "gpu-cluster"}
_VALKEY = 6379
_GRPC = 8081
_CONFIGURATION = 18001
_USER = 999
"""User `valkey` of the image (valkey-io/valkey-container, 8.1/alpine/Dockerfile, 2026-11-30)."""

_OPTIONS = {
    "port": str(_VALKEY),
    "protected-mode": "no",
    "save": "",
    "appendonly": "no",
    "maxmemory": "96mb",
    "maxmemory-policy": "volatile-ttl",
}
"""Access is by network policy; a full memory drops the counters that end first."""


@dataclass(frozen=True, slots=True)
class RateLimitImages:
    """Images of the service and of its counters."""

    service: str
    counters: str


def allowances() -> Mapping[str, networking.NetworkPolicySpecArgs]:
    """Traffic of proxies to the service, and of the service to the controller and its counters."""
    return {
        "limits": from_namespaces({PROXIES}, _GRPC, _CONFIGURATION),
        "counters": from_pods(PROXIES, SERVICE_LABELS, _VALKEY),
        "limits-out": to_namespaces({PROXIES}, _GRPC, _CONFIGURATION, _VALKEY),
    }


def configuration(images: RateLimitImages, nodes: ServerNodes, pull_secret: str | None) -> dict[str, Any]:
    """Part of the controller's configuration. Without an answer of the service requests are let through."""
    url = f"{_COUNTERS}.{PROXIES}.svc.cluster.local:{_VALKEY}"
    pod = {**nodes.as_values, **({"imagePullSecrets": [{"name": pull_secret}]} if pull_secret else {})}
    resources = {"requests": dict(RATE_LIMITER_REQUESTS), "limits": {"memory": "512Mi"}}
    return {
        "rateLimit": {"backend": {"type": "Redis", "redis": {"url": url}}},
        "provider": {
            "type": "Kubernetes",
            "kubernetes": {
                "rateLimitDeployment": {
                    "replicas": RATE_LIMITERS,
                    "container": {"image": images.service, "resources": resources},
                    **({"pod": pod} if pod else {}),
                },
                "rateLimitPDB": {"maxUnavailable": 1},
            },
        },
    }


def counters(name: str, image: str, nodes: ServerNodes, *, opts: pulumi.ResourceOptions) -> None:
    """Valkey in one pod, without persistence."""
    named = metadata(_COUNTERS, PROXIES, labels=_LABELS)
    account = service_account(f"{name}-counters-account", named, opts)
    core.Service(
        f"{name}-counters-service",
        metadata=metadata(_COUNTERS, PROXIES, labels=_LABELS, awaited=False),
        spec=core.ServiceSpecArgs(
            selector=_LABELS,
            ports=[core.ServicePortArgs(name="valkey", port=_VALKEY, target_port="valkey")],
        ),
        opts=opts,
    )
    apps.Deployment(
        f"{name}-counters",
        metadata=named,
        spec=apps.DeploymentSpecArgs(
            replicas=1,
            # Two at a time would count apart.
            strategy=apps.DeploymentStrategyArgs(type="Recreate"),
            selector=meta.LabelSelectorArgs(match_labels=_LABELS),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(labels=_LABELS), spec=_pod(image, nodes)
            ),
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[account])),
    )


def _pod(image: str, nodes: ServerNodes) -> core.PodSpecArgs:
    answers = core.TCPSocketActionArgs(port="valkey")
    return core.PodSpecArgs(
        service_account_name=_COUNTERS,
        automount_service_account_token=False,
        enable_service_links=False,
        node_selector=nodes.selector or None,
        tolerations=nodes.arguments or None,
        security_context=restricted_pod(_USER),
        containers=[
            core.ContainerArgs(
                name="valkey",
                image=image,
                command=["valkey-server"],
                args=[word for name, value in _OPTIONS.items() for word in (f"--{name}", value)],
                ports=[core.ContainerPortArgs(name="valkey", container_port=_VALKEY)],
                readiness_probe=core.ProbeArgs(tcp_socket=answers, period_seconds=5),
                liveness_probe=core.ProbeArgs(tcp_socket=answers, period_seconds=20, failure_threshold=3),
                resources=core.ResourceRequirementsArgs(
                    requests=dict(COUNTER_REQUESTS), limits={"memory": "192Mi"}
                ),
                security_context=restricted_container(),
            )
        ],
    )
