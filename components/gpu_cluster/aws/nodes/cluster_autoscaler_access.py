"""RBAC of the cluster autoscaler."""

import pulumi
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.kubernetes.security.rbac import account_subject, bound_cluster_role, bound_role

_Rule = tuple[str, list[str], list[str], list[str] | None]
"""API group, resources, verbs, and names of resources."""

_READ = ["get", "list", "watch"]

# Source: kubernetes/autoscaler, the example of cloudprovider/aws, 2026-08-22.
_IN_CLUSTER: tuple[_Rule, ...] = (
    ("", ["events"], ["create", "patch"], None),
    ("", ["pods/eviction"], ["create"], None),
    ("", ["pods/status"], ["update"], None),
    ("", ["nodes"], [*_READ, "update"], None),
    ("", ["namespaces", "pods", "services", "replicationcontrollers"], _READ, None),
    ("", ["persistentvolumeclaims", "persistentvolumes"], _READ, None),
    ("apps", ["daemonsets", "replicasets", "statefulsets"], _READ, None),
    ("batch", ["jobs"], _READ, None),
    ("policy", ["poddisruptionbudgets"], _READ, None),
    ("resource.k8s.io", ["deviceclasses", "resourceclaims", "resourceslices"], _READ, None),
    (
        "storage.k8s.io",
        ["csidrivers", "csinodes", "csistoragecapacities", "storageclasses", "volumeattachments"],
        _READ,
        None,
    ),
)


def cluster_autoscaler_access(name: str, account: str, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """Roles and their bindings for the service account of that name, in the namespace of the same name."""
    subject = account_subject(account, account)
    in_cluster = [_rule(*rule) for rule in _IN_CLUSTER]
    in_namespace = [_rule(*rule) for rule in _in_namespace(account)]
    return [
        bound_cluster_role(f"{name}-cluster", account, in_cluster, subject, opts=opts),
        bound_role(name, account, account, in_namespace, [subject], opts=opts),
    ]


def _in_namespace(account: str) -> tuple[_Rule, ...]:
    return (
        ("", ["configmaps"], ["create", "list", "watch"], None),
        ("", ["configmaps"], ["delete", "get", "update", "watch"], [f"{account}-status"]),
        ("coordination.k8s.io", ["leases"], ["create"], None),
        ("coordination.k8s.io", ["leases"], ["get", "update"], [account]),
    )


def _rule(group: str, resources: list[str], verbs: list[str], names: list[str] | None) -> rbac.PolicyRuleArgs:
    return rbac.PolicyRuleArgs(api_groups=[group], resources=resources, verbs=verbs, resource_names=names)
