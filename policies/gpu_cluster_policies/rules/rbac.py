"""Rules for RBAC: permissions of roles, cluster-admin and bindings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, each, subjects
from gpu_cluster_policies.resources.resource_types import CLUSTER
from gpu_cluster_policies.resources.selector import selects
from gpu_cluster_policies.rule import Level, Violation, rule

_ROLES = ("Role", "ClusterRole")
_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_ENTRY = "aws:eks/accessEntry:AccessEntry"
_POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
_SELF_PROMOTION = ("bind", "escalate", "impersonate")
_EVERYTHING = ("*", "/*")

_NOT_AGGREGATED: tuple[Mapping[str, str], ...] = ({}, {"kubernetes.io/bootstrapping": "rbac-defaults"})
"""Labels of roles that an aggregated role must not include: those without labels, and those of Kubernetes
itself, among them cluster-admin (https://kubernetes.io/docs/reference/access-authn-authz/rbac/,
2026-11-30)."""

_CHANGE = frozenset(("create", "update", "patch", "delete", "deletecollection"))
_READ = frozenset(("get", "list", "watch"))
_CALL = frozenset(("create", "get"))
_RELABEL = frozenset(("update", "patch"))
_APPROVE = frozenset(("update", "patch"))
_DANGEROUS = {
    ("", "pods/exec"): (_CALL, "removed: it allows any command in any pod"),
    ("", "pods/attach"): (_CALL, "removed: it gives control of processes in pods"),
    **{
        ("", resource): (_CALL, "removed: it reaches ports of any pod past its NetworkPolicies")
        for resource in ("pods/portforward", "pods/proxy", "services/proxy")
    },
    ("", "pods/ephemeralcontainers"): (_CHANGE, "removed: it adds containers to running pods"),
    ("", "nodes/proxy"): (_CALL, "removed: it calls the kubelet and bypasses the audit log"),
    ("", "secrets"): (_READ, "the names of the required secrets"),
    ("", "serviceaccounts/token"): (frozenset(("create",)), "removed: it creates tokens of other identities"),
    ("certificates.k8s.io", "certificatesigningrequests/approval"): (
        _APPROVE,
        "left out: with it any user and group gets a certificate",
    ),
    ("certificates.k8s.io", "signers"): (
        frozenset(("approve", "sign")),
        "left out: with it any user and group gets a certificate",
    ),
    ("apiregistration.k8s.io", "apiservices"): (
        _CHANGE,
        "left out: with it requests of all users go to another server",
    ),
    **{
        ("admissionregistration.k8s.io", resource): (_CHANGE, "left out")
        for resource in (
            "mutatingadmissionpolicies",
            "mutatingadmissionpolicybindings",
            "mutatingwebhookconfigurations",
            "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
            "validatingwebhookconfigurations",
        )
    },
}
"""API group and resource, its dangerous verbs, and the expected value."""

_IN_EVERY_NAMESPACE = {
    **{
        (group, resource): (
            frozenset(("create",)),
            "in a Role, because a pod can use any ServiceAccount of its namespace",
        )
        for group, resources in {
            "": "pods replicationcontrollers",
            "apps": "daemonsets deployments replicasets statefulsets",
            "batch": "cronjobs jobs",
        }.items()
        for resource in resources.split()
    },
    ("", "namespaces"): (_RELABEL, "left out: with it the Pod Security level of any namespace is lowered"),
    ("", "persistentvolumes"): (frozenset(("create",)), "left out: with it pods mount any path of a node"),
}
"""Permissions that are dangerous cluster-wide but needed in a namespace."""

_ANYBODY = {
    "system:unauthenticated": frozenset(("system:public-info-viewer",)),
    "system:authenticated": frozenset(("system:basic-user", "system:discovery", "system:public-info-viewer")),
    "system:serviceaccounts": frozenset[str](),
}
"""Unspecific groups, and the roles that Kubernetes binds to them
(https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles, read 2026-11-29)."""

_ADMIN_ROLE = "cluster-admin"
_OF_NAMESPACES = ("admin", "edit")
"""Roles of Kubernetes that read Secrets and create pods with any ServiceAccount."""

_OF_COMPONENTS = ("system:controller:", "system:kube-controller-manager", "system:node")
_FOR_NODES = ("system:node-bootstrapper", "system:node-problem-detector", "system:node-proxier")
_ADMIN_GROUP = "system:masters"
_ADMIN_POLICY = "AmazonEKSClusterAdminPolicy"


@dataclass(frozen=True)
class _Allowed:
    """Rule of an RBAC role."""

    field: Property
    everywhere: bool
    """Whether it may apply to all namespaces."""


@subjects(*_ROLES)
def _role_rules(role: Resource) -> Iterable[_Allowed]:
    return (_Allowed(field, role.kind == "ClusterRole") for field in role.at("rules").items())


@rule(
    66,
    "no-rbac-wildcards",
    "RBAC roles have no wildcards and no privilege escalation",
    of=each(*_ROLES),
    level=Level.MANDATORY,
    references="CKV_K8S_49; CKV_K8S_157; CKV_K8S_158; KSV-0044; KSV-0045; KSV-0046; KSV-0050; "
    "CIS 4.1.3; CIS 4.1.8",
    fix="list the required API groups, resources and verbs, as the roles of the stack file do",
)
def no_rbac_wildcards(role: Resource) -> Iterator[Violation]:
    """A wildcard also allows resources that are installed later, and a subject that can bind, escalate or
    impersonate can become any other."""
    for allowed in role.at("rules").items():
        for key in ("apiGroups", "resources", "verbs", "nonResourceURLs"):
            for item in allowed.at(key).items():
                if item.text in _EVERYTHING or item.text.startswith("*/"):
                    yield Violation(item, "the required names")
        for verb in allowed.at("verbs").items():
            if verb.text in _SELF_PROMOTION:
                yield Violation(verb, "left out")
    for selector in role.at("aggregationRule", "clusterRoleSelectors").items():
        if any(selects(selector, labels) for labels in _NOT_AGGREGATED):
            yield Violation(selector, "labels of the aggregated roles")


@rule(
    67,
    "no-dangerous-permissions",
    "Roles do not reach into pods, nodes, webhooks, identities or all secrets",
    of=_role_rules,
    level=Level.MANDATORY,
    references="CKV_K8S_155; CKV2_K8S_2; CKV2_K8S_5; KSV-0041; KSV-0047; KSV-0053; KSV-0114; "
    "CIS 4.1.2; CIS 4.1.4; CIS 4.1.10; CIS 4.1.11; CIS 4.1.12",
    fix="remove the permission from the role, and list the required secrets in resourceNames, as the "
    "roles of the stack file do",
)
def no_dangerous_permissions(allowed: _Allowed) -> Iterator[Violation]:
    """Each of these permissions gives access to the identity of other workloads and their permissions."""
    groups = {item.text for item in allowed.field.at("apiGroups").items()}
    verbs = {item.text for item in allowed.field.at("verbs").items()}
    known = {**_DANGEROUS, **(_IN_EVERY_NAMESPACE if allowed.everywhere else {})}
    for resource in allowed.field.at("resources").items():
        for (group, name), (dangerous, expected) in known.items():
            if resource.text != name or not groups & {group, "*"} or not verbs & {*dangerous, "*"}:
                continue
            named = allowed.field.at("resourceNames")
            if name != "secrets":
                yield Violation(resource, expected)
            elif not named.value:
                yield Violation(named, expected)


@rule(
    68,
    "no-cluster-admin",
    "No subject has cluster-admin, system:masters, or admin of every namespace",
    of=each(*_BINDINGS, _ENTRY, _ASSOCIATION, CLUSTER),
    level=Level.MANDATORY,
    references="KSV-0111; KSV-0123; CIS 4.1.1; C-0246; kyverno restrict-binding-clusteradmin",
    fix="bind a more limited role; on EKS, set admin, edit or view in "
    "gpu-cluster:cluster.access.<name>.policy; the only cluster-admin is exempt",
)
def no_cluster_admin(grant: Resource) -> Iterator[Violation]:
    """cluster-admin has all permissions, including secrets of all teams, and no limit on the effect of a
    diagnostic."""
    if grant.kind == _ASSOCIATION:
        policy = grant.at("policyArn")
        if policy.text.endswith(f"/{_ADMIN_POLICY}"):
            yield Violation(policy, "a more limited policy")
    elif grant.kind == CLUSTER:
        creator = grant.at("accessConfig", "bootstrapClusterCreatorAdminPermissions")
        if creator.value is not False:
            yield Violation(creator, "false; use access entries")
    elif grant.kind == _ENTRY:
        yield from _masters(grant.at("kubernetesGroups").items())
    else:
        role = grant.at("roleRef", "name")
        everywhere = grant.kind == "ClusterRoleBinding"
        if role.text == _ADMIN_ROLE or (role.text.startswith(_OF_COMPONENTS) and role.text not in _FOR_NODES):
            yield Violation(role, "a more limited role")
        elif role.text in _OF_NAMESPACES and everywhere:
            yield Violation(role, "a more limited role, or a RoleBinding in a namespace")
        subjects = (subject for subject in grant.at("subjects").items() if subject.at("kind").text == "Group")
        yield from _masters(subject.at("name") for subject in subjects)


@rule(
    105,
    "named-subjects",
    "Roles are bound to named users, groups and ServiceAccounts",
    of=each(*_BINDINGS, _POD_IDENTITY),
    level=Level.MANDATORY,
    references="CKV_K8S_42; C-0262",
    fix="bind the role to a specific group, or to the ServiceAccount of one workload",
)
def named_subjects(binding: Resource) -> Iterator[Violation]:
    """A binding to an unspecific group grants its permissions to every client of the API server, or to every
    pod."""
    if binding.kind == _POD_IDENTITY:
        account = binding.at("serviceAccount")
        if account.text == "default":
            yield Violation(account, "a ServiceAccount of one workload")
        return
    role = binding.at("roleRef", "name").text
    for subject in binding.at("subjects").items():
        kind, name = subject.at("kind").text, subject.at("name")
        if kind == "Group" and _is_anybody(name.text) and role not in _ANYBODY.get(name.text, ()):
            yield Violation(name, "a group of your own")
        if kind == "User" and name.text == "system:anonymous":
            yield Violation(name, "an authenticated user")
        if kind == "ServiceAccount" and name.text == "default":
            yield Violation(name, "a ServiceAccount of one workload")


def _is_anybody(group: str) -> bool:
    return group in _ANYBODY or group.startswith("system:serviceaccounts:")


def _masters(groups: Iterable[Property]) -> Iterator[Violation]:
    for group in groups:
        if group.text == _ADMIN_GROUP:
            yield Violation(group, "another group, because RBAC cannot restrict this one")
