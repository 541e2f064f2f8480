"""Rule for claims of dynamic resource allocation: no access to devices in use by others."""

from collections.abc import Iterator

from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.rule import Level, Violation, rule

_CLAIM = "ResourceClaim"
_TEMPLATE = "ResourceClaimTemplate"
_LABELS = ("resource.kubernetes.io/admin-access", "resource.k8s.io/admin-access")
"""Label of a namespace in which claims may have admin access: since Kubernetes 1.34, and in 1.33."""


@rule(
    112,
    "no-admin-access",
    "ResourceClaims have no admin access to devices",
    of=each(_CLAIM, _TEMPLATE, "Namespace"),
    level=Level.MANDATORY,
    references="Kubernetes: dynamic resource allocation, admin access",
    fix="remove adminAccess from the requests, and the label from namespaces of workloads",
)
def no_admin_access(resource: Resource) -> Iterator[Violation]:
    """A claim with admin access gets devices that other pods use, and counts against no allocation."""
    if resource.kind == "Namespace":
        for label in _LABELS:
            given = resource.at("metadata", "labels", label)
            if given.text == "true":
                yield Violation(given, "not set")
        return
    spec = resource.at("spec", "spec") if resource.kind == _TEMPLATE else resource.at("spec")
    for request in spec.at("devices", "requests").items():
        for given in _admin_access(request):
            if given.value not in (None, False):
                yield Violation(given, "not set")


def _admin_access(request: Property) -> Iterator[Property]:
    """Its places in resource.k8s.io/v1 and v1beta2, and in v1beta1."""
    yield request.at("exactly", "adminAccess")
    yield request.at("adminAccess")
