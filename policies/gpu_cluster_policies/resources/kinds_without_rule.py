"""Known kinds that no rule is about: those with an effect that rules do not see, and those without one."""

from __future__ import annotations

from collections.abc import Mapping

_WRITTEN_BY_CONTROLLERS = "controllers write objects of this kind"
_CHANGES_PODS = "it can change pods after rules have seen them"
_REQUESTS = "it changes which requests the API server serves first"
_ADDRESSES = "it changes the addresses of Services"
_TRAFFIC = "traffic goes to its addresses, whatever they are"
_SCRAPED = "Prometheus calls its addresses, whatever they are"
_ROUTE = "no rule is about clients of this kind of route"
_REJECTS = "it decides which objects the API server accepts"

UNSEEN_KINDS: Mapping[str, str] = {
    "Backend": _TRAFFIC,
    "Binding": "it puts a pod on a node without the scheduler",
    "CSIDriver": "it sets what its driver gets of pods, such as tokens",
    "CSINode": _WRITTEN_BY_CONTROLLERS,
    "CertificateSigningRequest": "it requests a certificate of a user and groups",
    "ClusterTrustBundle": "pods trust its certificates",
    "ControllerRevision": "its pod template is an earlier one of a workload",
    "DeviceClass": "its driver reads its parameters",
    "DeviceTaintRule": "it evicts pods from their devices",
    "EndpointSlice": _TRAFFIC,
    "Endpoints": _TRAFFIC,
    "EnvoyExtensionPolicy": "it runs code in the gateway",
    "Eviction": "it ends a pod",
    "FlowSchema": _REQUESTS,
    "IPAddress": _ADDRESSES,
    "MutatingAdmissionPolicy": _CHANGES_PODS,
    "MutatingAdmissionPolicyBinding": _CHANGES_PODS,
    "MutatingWebhookConfiguration": _CHANGES_PODS,
    "NodeClaim": "it creates a node outside of the limits of a NodePool",
    "PodCertificateRequest": "it requests a certificate of a pod",
    "PriorityClass": "its pods may preempt others",
    "PriorityLevelConfiguration": _REQUESTS,
    "Probe": _SCRAPED,
    "ReferenceGrant": "other namespaces may refer to objects of its namespace",
    "ResourceSlice": _WRITTEN_BY_CONTROLLERS,
    "RuntimeClass": "its handler is configured on nodes",
    "ScrapeConfig": _SCRAPED,
    "ServiceCIDR": _ADDRESSES,
    "TCPRoute": _ROUTE,
    "TLSRoute": _ROUTE,
    "TokenRequest": "it creates a token of a ServiceAccount",
    "UDPRoute": _ROUTE,
    "ValidatingAdmissionPolicy": _REJECTS,
    "ValidatingAdmissionPolicyBinding": _REJECTS,
    "VolumeAttachment": _WRITTEN_BY_CONTROLLERS,
}
"""Reason why an object of this kind is not judged. Those of the platform itself are."""

KINDS_WITHOUT_EFFECT = frozenset(
    (
        "AdmissionCheck",
        "BackendTLSPolicy",
        "BackendTrafficPolicy",
        "CSIStorageCapacity",
        "Certificate",
        "CertificateRequest",
        "ClientTrafficPolicy",
        "ClusterQueue",
        "Cohort",
        "Event",
        "GatewayClass",
        "HTTPRouteFilter",
        "HorizontalPodAutoscaler",
        "InferencePool",
        "IngressClass",
        "Lease",
        "LeaseCandidate",
        "LimitRange",
        "List",
        "LocalQueue",
        "LocalSubjectAccessReview",
        "PersistentVolumeClaim",
        "PodMonitor",
        "PrometheusRule",
        "ResourceFlavor",
        "ResourceQuota",
        "Scale",
        "ScaledObject",
        "SecurityPolicy",
        "SelfSubjectAccessReview",
        "SelfSubjectReview",
        "SelfSubjectRulesReview",
        "ServiceAccount",
        "ServiceMonitor",
        "StorageVersionMigration",
        "SubjectAccessReview",
        "TokenReview",
        "Topology",
        "TriggerAuthentication",
        "ClusterTriggerAuthentication",
        "VolumeAttributesClass",
        "VolumeSnapshot",
        "VolumeSnapshotClass",
        "VolumeSnapshotContent",
        "WorkloadPriorityClass",
    )
)
"""Kinds that give no access and no capacity, or that rules only read beside others."""
