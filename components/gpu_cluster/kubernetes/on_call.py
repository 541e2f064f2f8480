"""On-call: a read-only role, and time-limited tokens for a shell in pods of teams and models."""

from collections.abc import Collection
from typing import ClassVar

import pulumi
from pulumi_kubernetes.admissionregistration import v1 as admission
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.config.on_call import ON_CALL_GROUP, ON_CALL_NAMESPACE, OnCallSettings
from gpu_cluster.exemption import exemptions
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import Namespace, PodSecurity
from gpu_cluster.kubernetes.security.admission import admission_policy
from gpu_cluster.kubernetes.security.rbac import account_subject, bound_role, group_subjects, role_ref
from gpu_cluster.kubernetes.security.service_account import service_account

BREAK_GLASS = "break-glass"
_READER = "gpu-cluster-on-call"
_POLICY = "gpu-cluster-break-glass"
_READ = ["get", "list", "watch"]

_READABLE = (
    (
        "",
        [
            *("endpoints", "events", "limitranges", "namespaces", "nodes", "persistentvolumeclaims"),
            *("persistentvolumes", "pods", "resourcequotas", "serviceaccounts", "services"),
        ],
    ),
    ("apps", ["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"]),
    ("autoscaling", ["horizontalpodautoscalers"]),
    ("batch", ["cronjobs", "jobs"]),
    ("discovery.k8s.io", ["endpointslices"]),
    ("events.k8s.io", ["events"]),
    ("networking.k8s.io", ["networkpolicies"]),
    ("policy", ["poddisruptionbudgets"]),
    ("storage.k8s.io", ["storageclasses", "volumeattachments"]),
)
"""Kinds by API group, without Secrets and ConfigMaps, which may contain credentials."""


class OnCall(pulumi.ComponentResource):
    """On-call role, and break-glass service accounts with time-limited tokens for pod shells.

    OnCall("platform-on-call", stack.on_call, namespaces={"serving", "vision"})
    """

    EXEMPT: ClassVar = (
        *exemptions(
            "Role",
            BREAK_GLASS,
            {
                "67-no-dangerous-permissions": (
                    "Its shells are for tokens that an admission policy ends within an hour, and the API "
                    "server's audit log has each of them."
                )
            },
        ),
    )

    def __init__(
        self,
        name: str,
        settings: OnCallSettings,
        *,
        namespaces: Collection[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`namespaces`: namespaces with pods in which a token may open a shell."""
        super().__init__("gpu-cluster:index:OnCall", name, None, opts)
        self._subjects = group_subjects(ON_CALL_GROUP, settings.members)
        self._read(name)
        own = Namespace(
            name,
            ON_CALL_NAMESPACE,
            PodSecurity.RESTRICTED,
            quota={"pods": "0"},
            opts=pulumi.ResourceOptions(parent=self),
        )
        inside = pulumi.ResourceOptions(parent=self, depends_on=[own])
        limited = admission_policy(f"{name}-limit", _POLICY, _limit(settings.break_glass_minutes), inside)
        # No token is to be had before its time is limited.
        after = pulumi.ResourceOptions(parent=self, depends_on=[own, limited])
        for namespace in sorted(namespaces):
            self._shell(f"{name}-{namespace}", namespace, after)
        self._tokens(name, sorted(namespaces), after)
        self.register_outputs({})

    def _read(self, name: str) -> None:
        rules = [
            rbac.PolicyRuleArgs(api_groups=[group], resources=resources, verbs=_READ)
            for group, resources in _READABLE
        ]
        logs = rbac.PolicyRuleArgs(api_groups=[""], resources=["pods/log"], verbs=["get"])
        role = rbac.ClusterRole(
            f"{name}-reader",
            metadata=metadata(_READER),
            rules=[*rules, logs],
            opts=pulumi.ResourceOptions(parent=self),
        )
        rbac.ClusterRoleBinding(
            f"{name}-readers",
            metadata=metadata(_READER),
            role_ref=role_ref("ClusterRole", _READER),
            subjects=self._subjects,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )

    def _shell(self, name: str, namespace: str, opts: pulumi.ResourceOptions) -> None:
        """A service account outside of the namespace: no pod and no member of the team can use it."""
        service_account(f"{name}-account", metadata(_account(namespace), ON_CALL_NAMESPACE), opts)
        rules = [
            rbac.PolicyRuleArgs(api_groups=[""], resources=["pods"], verbs=["get", "list"]),
            rbac.PolicyRuleArgs(api_groups=[""], resources=["pods/log"], verbs=["get"]),
            rbac.PolicyRuleArgs(api_groups=[""], resources=["pods/exec"], verbs=["create", "get"]),
        ]
        subject = account_subject(_account(namespace), ON_CALL_NAMESPACE)
        bound_role(name, BREAK_GLASS, namespace, rules, [subject], opts=opts)

    def _tokens(self, name: str, namespaces: list[str], opts: pulumi.ResourceOptions) -> None:
        accounts = [_account(it) for it in namespaces]
        rule = rbac.PolicyRuleArgs(
            api_groups=[""],
            resources=["serviceaccounts/token"],
            verbs=["create"],
            resource_names=accounts,
        )
        if accounts:
            bound_role(name, BREAK_GLASS, ON_CALL_NAMESPACE, [rule], self._subjects, opts=opts)


def _account(namespace: str) -> str:
    return f"{BREAK_GLASS}-{namespace}"


def _limit(minutes: int) -> admission.ValidatingAdmissionPolicySpecArgs:
    """Refuses tokens that are valid longer.

    An API server extends a pod's token of exactly 3,607 seconds to a year, for old clients
    (pkg/registry/core/serviceaccount/storage/token.go of Kubernetes v1.35.4): it is beyond every limit.
    """
    tokens = admission.NamedRuleWithOperationsArgs(
        api_groups=[""], api_versions=["v1"], operations=["CREATE"], resources=["serviceaccounts/token"]
    )
    return admission.ValidatingAdmissionPolicySpecArgs(
        failure_policy="Fail",
        match_constraints=admission.MatchResourcesArgs(
            namespace_selector=meta.LabelSelectorArgs(
                match_labels={"kubernetes.io/metadata.name": ON_CALL_NAMESPACE}
            ),
            resource_rules=[tokens],
        ),
        validations=[
            admission.ValidationArgs(
                expression=f"object.spec.expirationSeconds <= {minutes * 60}",
                message=f"a token of on-call is valid for {minutes} minutes at most: --duration={minutes}m",
                reason="Forbidden",
            )
        ],
    )
