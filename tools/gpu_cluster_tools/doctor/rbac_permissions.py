"""Permissions of the kubeconfig's identity for all objects of a platform."""

from collections.abc import Iterator

from gpu_cluster_tools.doctor.api_server import ApiServer
from gpu_cluster_tools.doctor.check import Check, Group

_RIGHTS = Group("cluster")
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

MADE = (
    "configmaps",
    "limitranges",
    "namespaces",
    "persistentvolumeclaims",
    "resourcequotas",
    "secrets",
    "serviceaccounts",
    "services",
    "apiregistration.k8s.io/apiservices",
    "apps/daemonsets",
    "apps/deployments",
    "apps/statefulsets",
    "autoscaling/horizontalpodautoscalers",
    "networking.k8s.io/networkpolicies",
    "policy/poddisruptionbudgets",
    "rbac.authorization.k8s.io/clusterrolebindings",
    "rbac.authorization.k8s.io/clusterroles",
    "rbac.authorization.k8s.io/rolebindings",
    "rbac.authorization.k8s.io/roles",
    "storage.k8s.io/storageclasses",
)
"""Resources that a platform makes in a cluster that it found, with their group where they have one."""


def rbac_permissions(api: ApiServer) -> Iterator[Check]:
    """One check with all missing permissions."""
    refused = [resource for resource in MADE if not _may("create", resource, api)]
    if refused:
        yield _RIGHTS.fail(
            "rights",
            f"not authorized to create {', '.join(refused)}",
            "use a cluster administrator's kubeconfig, or request these permissions",
        )
    else:
        yield _RIGHTS.ok("rights", f"authorized to create all {len(MADE)} kinds of the platform")


def _may(verb: str, resource: str, api: ApiServer) -> bool:
    group, _, name = resource.rpartition("/")
    review = {"spec": {"resourceAttributes": {"verb": verb, "group": group, "resource": name}}}
    return bool(api.create(_REVIEWS, review)["status"]["allowed"])
