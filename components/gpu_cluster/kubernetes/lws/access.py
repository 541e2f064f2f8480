"""RBAC of the LeaderWorkerSet controller.

Source: charts/lws/templates/rbac and the markers of pkg/controllers and pkg/cert, kubernetes-sigs/lws v0.7.0,
2026-11-29.
"""

import pulumi
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.kubernetes.lws.definition import GROUP, PLURAL
from gpu_cluster.kubernetes.security.rbac import account_subject, bound_cluster_role, bound_role

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
    subject = account_subject(account, namespace)
    in_cluster = [
        *(
            rbac.PolicyRuleArgs(api_groups=[group], resources=resources, verbs=verbs)
            for group, resources, verbs in _CLUSTER
        ),
        *_webhook_rules(webhooks, validation),
    ]
    in_namespace = [
        rbac.PolicyRuleArgs(api_groups=[""], resources=["secrets"], verbs=_READ),
        rbac.PolicyRuleArgs(
            api_groups=[""], resources=["secrets"], resource_names=[certificate], verbs=["update"]
        ),
        rbac.PolicyRuleArgs(
            api_groups=["coordination.k8s.io"], resources=["leases"], verbs=[*_READ, "create", "update"]
        ),
    ]
    return [
        bound_cluster_role(f"{name}-cluster", f"gpu-cluster-{account}", in_cluster, subject, opts=opts),
        bound_role(name, account, namespace, in_namespace, [subject], opts=opts),
    ]


def _webhook_rules(webhooks: str, validation: str) -> list[rbac.PolicyRuleArgs]:
    """Permissions to watch all webhook configurations, as the client does, and to write the CA into two."""
    names = {"mutatingwebhookconfigurations": webhooks, "validatingwebhookconfigurations": validation}
    group = ["admissionregistration.k8s.io"]
    return [
        rbac.PolicyRuleArgs(api_groups=group, resources=sorted(names), verbs=_READ),
        *(
            rbac.PolicyRuleArgs(api_groups=group, resources=[kind], resource_names=[name], verbs=["update"])
            for kind, name in names.items()
        ),
    ]
