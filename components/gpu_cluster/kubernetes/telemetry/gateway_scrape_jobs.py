"""Scrape jobs of Envoy Gateway and Envoy, for the configuration of Prometheus and for PodMonitors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gpu_cluster.kubernetes.gateway.names import GATEWAY

_ROUTE = "httproute/([^/]+)/([^/]+)/rule/.*"
_PROXY = (
    "envoy_cluster_(upstream_rq_xx|upstream_rq_time_bucket|upstream_rq_active|membership_healthy)"
    "|envoy_http_downstream_(rq_xx|cx_active)|envoy_control_plane_connected_state"
    "|envoy_(cluster_manager_cds|listener_manager_lds)_update_rejected|up"
)
"""Envoy serves some hundreds of series for each route."""


@dataclass(frozen=True, slots=True)
class GatewayJob:
    name: str
    label: tuple[str, str]
    """Label of the pods, which are in the namespace of Envoy Gateway."""

    path: str
    relabelled: tuple[Mapping[str, Any], ...] = ()
    """Rules for the series, in the words of Prometheus."""


def _part_of_cluster(label: str, part: str) -> dict[str, Any]:
    """Part of the name of a cluster of Envoy, which has the namespace and name of its route."""
    return {
        "source_labels": ["envoy_cluster_name"],
        "regex": _ROUTE,
        "target_label": label,
        "replacement": part,
    }


GATEWAY_JOBS = (
    GatewayJob("gateway-controller", ("control-plane", "envoy-gateway"), "/metrics"),
    GatewayJob(
        "gateway-proxies",
        ("gateway.envoyproxy.io/owning-gateway-name", GATEWAY),
        "/stats/prometheus",
        (
            {"action": "keep", "source_labels": ["__name__"], "regex": _PROXY},
            _part_of_cluster("namespace", "$1"),
            _part_of_cluster("route", "$2"),
        ),
    ),
)
"""Replicas of Envoy Gateway, and of Envoy."""
