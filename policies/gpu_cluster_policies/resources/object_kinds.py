"""Kubernetes kinds that rules know, by API group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpu_cluster.catalog.kubernetes_kinds import APPS, BATCH, BUILT_IN_KINDS, CORE

WITHOUT_PODS: Mapping[str, frozenset[str]] = {
    group: frozenset(kinds.split())
    for group, kinds in {
        "cert-manager.io": "Certificate CertificateRequest",
        "gateway.envoyproxy.io": "Backend BackendTrafficPolicy ClientTrafficPolicy EnvoyExtensionPolicy "
        "HTTPRouteFilter SecurityPolicy",
        "gateway.networking.k8s.io": "BackendTLSPolicy GRPCRoute Gateway GatewayClass HTTPRoute ListenerSet "
        "ReferenceGrant TCPRoute TLSRoute UDPRoute",
        "inference.networking.k8s.io": "InferencePool",
        "karpenter.k8s.aws": "EC2NodeClass",
        "karpenter.sh": "NodeClaim NodePool",
        "keda.sh": "ClusterTriggerAuthentication ScaledObject TriggerAuthentication",
        "kueue.x-k8s.io": "AdmissionCheck ClusterQueue Cohort LocalQueue ResourceFlavor Topology "
        "WorkloadPriorityClass",
        "monitoring.coreos.com": "PodMonitor Probe PrometheusRule ScrapeConfig ServiceMonitor",
        "snapshot.storage.k8s.io": "VolumeSnapshot VolumeSnapshotClass VolumeSnapshotContent",
    }.items()
}
"""Custom kinds that make no pod by their API: rules look at them, or have nothing to look for in them."""

_KNOWN: Mapping[str, frozenset[str]] = {**BUILT_IN_KINDS, **WITHOUT_PODS}
_WITH_PODS: Mapping[str, frozenset[str]] = {"EnvoyProxy": frozenset({"gateway.envoyproxy.io"})}
"""Custom kinds that rules know by their group, and that set up pods."""

_GROUPS: Mapping[str, frozenset[str]] = {
    kind: frozenset(group for group, kinds in _KNOWN.items() if kind in kinds)
    for kind in frozenset[str]().union(*_KNOWN.values())
}


def group_of(properties: Mapping[str, Any]) -> str | None:
    """API group of an object: `batch` of `batch/v1`, empty for `v1`; None where it does not say."""
    version: Any = properties.get("apiVersion")
    if not isinstance(version, str) or not version:
        return None
    return version.rpartition("/")[0]


def kind_name(kind: str, group: str | None) -> str:
    """The kind as rules and findings name it.

    kind_name("Job", "batch")             # Job
    kind_name("Job", "batch.volcano.sh")  # Job.batch.volcano.sh: no rule about jobs is about it
    """
    groups = _GROUPS.get(kind) or _WITH_PODS.get(kind)
    return f"{kind}.{group}" if groups and group is not None and group not in groups else kind


def is_known(kind: str) -> bool:
    """Whether rules know the kind, and with it every field that can contain a pod."""
    return kind in _GROUPS


def unknown_in(group: str, kind: str) -> frozenset[str]:
    """Known kinds of the group, if the kind is none of them and the group is known completely; otherwise
    empty."""
    kinds = BUILT_IN_KINDS.get(group, frozenset()) if group in (CORE, APPS, BATCH) else frozenset[str]()
    return frozenset() if kind in kinds else kinds
