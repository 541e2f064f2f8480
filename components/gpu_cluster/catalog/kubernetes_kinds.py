"""Kinds of Kubernetes itself, by API group."""

from __future__ import annotations

from collections.abc import Mapping

CORE = ""
APPS = "apps"
BATCH = "batch"

BUILT_IN_KINDS: Mapping[str, frozenset[str]] = {
    group: frozenset(kinds.split())
    for group, kinds in {
        CORE: "Binding ConfigMap Endpoints Event LimitRange List Namespace Node PersistentVolume "
        "PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service "
        "ServiceAccount",
        APPS: "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
        BATCH: "CronJob Job",
        "admissionregistration.k8s.io": "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding "
        "MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding "
        "ValidatingWebhookConfiguration",
        "apiextensions.k8s.io": "CustomResourceDefinition",
        "apiregistration.k8s.io": "APIService",
        "authentication.k8s.io": "SelfSubjectReview TokenRequest TokenReview",
        "authorization.k8s.io": "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview "
        "SubjectAccessReview",
        "autoscaling": "HorizontalPodAutoscaler Scale",
        "certificates.k8s.io": "CertificateSigningRequest ClusterTrustBundle PodCertificateRequest",
        "coordination.k8s.io": "Lease LeaseCandidate",
        "discovery.k8s.io": "EndpointSlice",
        "events.k8s.io": "Event",
        "extensions": "DaemonSet Deployment Ingress NetworkPolicy ReplicaSet",
        "flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
        "networking.k8s.io": "IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR",
        "node.k8s.io": "RuntimeClass",
        "policy": "Eviction PodDisruptionBudget",
        "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding Role RoleBinding",
        "resource.k8s.io": "DeviceClass DeviceTaintRule ResourceClaim ResourceClaimTemplate ResourceSlice",
        "scheduling.k8s.io": "PriorityClass",
        "storage.k8s.io": "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment "
        "VolumeAttributesClass",
        "storagemigration.k8s.io": "StorageVersionMigration",
    }.items()
}
"""Kinds by API group. Source: Kubernetes API reference v1.35,
https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.35/, read 2026-11-29; `extensions` was
removed in 1.22 and stands in older manifests."""


def object_type(version: str, kind: str) -> str:
    """Pulumi token of a kind.

    object_type("apps/v1", "Deployment")  # "kubernetes:apps/v1:Deployment"
    """
    group = version if "/" in version else f"core/{version}"
    return f"kubernetes:{group}:{kind}"
