"""RBAC of the cluster autoscaler."""

import pulumi
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security.rbac import role_ref

_READ = ["get", "list", "watch"]

# Source: kubernetes/autoscaler, the example of cloudprovider/aws, 2026-08-22.
_IN_THE_CLUSTER = (
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
    in_the_namespace = (
        ("", ["configmaps"], ["create", "list", "watch"], None),
        ("", ["configmaps"], ["delete", "get", "update", "watch"], [f"{account}-status"]),
        ("coordination.k8s.io", ["leases"], ["create"], None),
        ("coordination.k8s.io", ["leases"], ["get", "update"], [account]),
    )
    subject = rbac.SubjectArgs(kind="ServiceAccount", name=account, namespace=account)
    everywhere = rbac.ClusterRole(
        f"{name}-cluster-role",
        metadata=metadata(account),
        rules=[_rule(*rule) for rule in _IN_THE_CLUSTER],
        opts=opts,
    )
    within = rbac.Role(
        f"{name}-role",
        metadata=metadata(account, account),
        rules=[_rule(*rule) for rule in in_the_namespace],
        opts=opts,
    )
    return [
        rbac.ClusterRoleBinding(
            f"{name}-cluster-binding",
            metadata=metadata(account),
            role_ref=role_ref("ClusterRole", account),
            subjects=[subject],
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[everywhere])),
        ),
        rbac.RoleBinding(
            f"{name}-binding",
            metadata=metadata(account, account),
            role_ref=role_ref("Role", account),
            subjects=[subject],
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[within])),
        ),
    ]


def _rule(group: str, resources: list[str], verbs: list[str], names: list[str] | None) -> rbac.PolicyRuleArgs:
    return rbac.PolicyRuleArgs(api_groups=[group], resources=resources, verbs=verbs, resource_names=names)
