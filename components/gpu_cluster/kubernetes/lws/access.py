"""RBAC of the LeaderWorkerSet controller.

Source: charts/lws/templates/rbac and the markers of pkg/controllers and pkg/cert, kubernetes-sigs/lws v0.7.0,
2026-11-29.
"""

import pulumi
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.kubernetes.lws.definition import GROUP, PLURAL
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security.rbac import role_ref

_READ = ["get", "list", "watch"]
_KEEP = [*_READ, "create", "update", "patch", "delete"]

_CLUSTER = (
    ("", ["events"], ["create", "patch", "update"]),
    ("", ["nodes"], _READ),
    ("", ["services"], _KEEP),
    ("", ["pods"], [*_READ, "update", "patch", "delete"]),
    ("", ["pods/finalizers"], ["update"]),
    ("apps", ["controllerrevisions", "statefulsets"], _KEEP),
    ("apps", ["controllerrevisions/finalizers", "statefulsets/finalizers"], ["update"]),
    ("apps", ["controllerrevisions/status", "statefulsets/status"], ["get", "patch", "update"]),
    (GROUP, [PLURAL], _KEEP),
    (GROUP, [f"{PLURAL}/finalizers"], ["update"]),
    (GROUP, [f"{PLURAL}/status"], ["get", "patch", "update"]),
)
"""Groups are in the namespaces of the models and of teams, so this holds in all of them."""


def access(
    name: str,
    account: str,
    namespace: str,
    *,
    certificate: str,
    webhooks: str,
    validation: str,
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """`certificate`: Secret with the controller's certificate; `webhooks`, `validation`: configurations that
    contain its CA."""
    subject = rbac.SubjectArgs(kind="ServiceAccount", name=account, namespace=namespace)
    cluster_role = rbac.ClusterRole(
        f"{name}-cluster-role",
        metadata=metadata(f"gpu-cluster-{account}"),
        rules=[
            *(
                rbac.PolicyRuleArgs(api_groups=[group], resources=resources, verbs=verbs)
                for group, resources, verbs in _CLUSTER
            ),
            *_of_webhooks(webhooks, validation),
        ],
        opts=opts,
    )
    role = rbac.Role(
        f"{name}-role",
        metadata=metadata(account, namespace),
        rules=[
            rbac.PolicyRuleArgs(api_groups=[""], resources=["secrets"], verbs=_READ),
            rbac.PolicyRuleArgs(
                api_groups=[""], resources=["secrets"], resource_names=[certificate], verbs=["update"]
            ),
            rbac.PolicyRuleArgs(
                api_groups=["coordination.k8s.io"], resources=["leases"], verbs=[*_READ, "create", "update"]
            ),
        ],
        opts=opts,
    )
    after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[cluster_role, role]))
    return [
        rbac.ClusterRoleBinding(
            f"{name}-cluster-binding",
            metadata=metadata(f"gpu-cluster-{account}"),
            role_ref=role_ref("ClusterRole", f"gpu-cluster-{account}"),
            subjects=[subject],
            opts=after,
        ),
        rbac.RoleBinding(
            f"{name}-binding",
            metadata=metadata(account, namespace),
            role_ref=role_ref("Role", account),
            subjects=[subject],
            opts=after,
        ),
    ]


def _of_webhooks(webhooks: str, validation: str) -> list[rbac.PolicyRuleArgs]:
    """Secret permissions: watch all, as its client does, and write its certificate in its namespace."""
    names = {"mutatingwebhookconfigurations": webhooks, "validatingwebhookconfigurations": validation}
    group = ["admissionregistration.k8s.io"]
    return [
        rbac.PolicyRuleArgs(api_groups=group, resources=sorted(names), verbs=_READ),
        *(
            rbac.PolicyRuleArgs(api_groups=group, resources=[kind], resource_names=[name], verbs=["update"])
            for kind, name in names.items()
        ),
    ]
