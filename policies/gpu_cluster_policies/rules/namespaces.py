"""Rules for namespaces: Pod Security level, default-deny network policy and quotas."""

from collections.abc import Iterable, Iterator

from gpu_cluster_policies.inventory import Inventory
from gpu_cluster_policies.property import Property
from gpu_cluster_policies.resource import Resource
from gpu_cluster_policies.rule import Level, Violation, rule, stack_rule

TEAM_LABEL = "gpu-cluster/team"
_ENFORCE = "pod-security.kubernetes.io/enforce"
_NAMESPACED = frozenset(
    (
        "ConfigMap",
        "CronJob",
        "DaemonSet",
        "Deployment",
        "HorizontalPodAutoscaler",
        "Ingress",
        "Job",
        "LimitRange",
        "NetworkPolicy",
        "PersistentVolumeClaim",
        "Pod",
        "PodDisruptionBudget",
        "ReplicaSet",
        "ReplicationController",
        "ResourceQuota",
        "Role",
        "RoleBinding",
        "Secret",
        "Service",
        "ServiceAccount",
        "StatefulSet",
    )
)


def _namespaces(resource: Resource) -> Iterable[Resource]:
    return (resource,) if resource.kind == "Namespace" else ()


def _named(resource: Resource) -> Iterable[Resource]:
    named = resource.kind == "Namespace" or resource.kind in _NAMESPACED
    return (resource,) if named or resource.pods else ()


@rule(
    63,
    "own-namespace",
    "No object is in the default namespace, and every namespace has a Pod Security level",
    of=_named,
    level=Level.MANDATORY,
    references="CKV_K8S_21; KSV-0110; CIS 4.5.2; kyverno disallow-default-namespace",
    fix="set a namespace, such as gpu-cluster:serving.namespace; label a namespace "
    "{_ENFORCE}=restricted, or baseline if its pods require it",
)
def own_namespace(resource: Resource) -> Iterator[Violation]:
    """Pods in the default namespace share quota, network and access, and a namespace without a level admits
    privileged pods."""
    if resource.kind == "Namespace":
        level = resource.at("metadata", "labels", _ENFORCE)
        if level.value not in ("restricted", "baseline"):
            yield Violation(level, "restricted or baseline")
        return
    namespace = resource.at("metadata", "namespace")
    if namespace.text in ("", "default"):
        yield Violation(namespace, "another namespace")


@stack_rule(
    64,
    "default-deny",
    "Every namespace has a default-deny NetworkPolicy",
    of=_namespaces,
    level=Level.MANDATORY,
    references="CKV2_K8S_6; CIS 4.3.2; C-0206; kyverno add-networkpolicy",
    fix="add a NetworkPolicy with an empty podSelector, policyTypes [Ingress, Egress] and no rules; the "
    "platform's namespaces have one, and gpu-cluster:serving.clients lists the clients of models",
)
def default_deny(namespace: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Without a policy, any pod can reach all other pods and the internet."""
    policies = inventory.of("NetworkPolicy", namespace.name)
    denied = {direction for policy in policies for direction in _denied(policy.at("spec"))}
    for direction in ("Ingress", "Egress"):
        if direction not in denied:
            expected = f"denied by a NetworkPolicy that selects all pods, lists {direction} and has no rules"
            yield Violation(namespace.missing(f"{direction.lower()} traffic"), expected, actual="open")


def _denied(spec: Property) -> Iterator[str]:
    """Directions that this policy denies for all pods of its namespace."""
    if any(selection.value for _, selection in spec.at("podSelector").entries()):
        return
    egress = spec.at("egress")
    implied = ["Ingress", *(["Egress"] if egress.value else [])]
    listed = [item.text for item in spec.at("policyTypes").items()] or implied
    for direction in listed:
        if not spec.at(direction.lower()).value:
            yield direction


@stack_rule(
    65,
    "quota-and-defaults",
    "Every namespace has a ResourceQuota and a LimitRange",
    of=_namespaces,
    level=Level.MANDATORY,
    references="KSV-0039; KSV-0040; kyverno add-ns-quota",
    fix="add the missing object; the platform's namespaces have both",
)
def quota_and_defaults(namespace: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Without a quota, one namespace can use the whole cluster; without defaults, a missing limit can."""
    for kind in ("ResourceQuota", "LimitRange"):
        if not inventory.of(kind, namespace.name):
            yield Violation(namespace.missing(kind), "in the namespace", actual="missing")


@stack_rule(
    76,
    "gpu-quota",
    "Every namespace with GPU pods, and of every team, has a GPU quota",
    of=_namespaces,
    level=Level.MANDATORY,
    references="Kubernetes: resource quotas, extended resources",
    fix="set it in spec.hard of a ResourceQuota of the namespace; the platform's namespaces have one",
)
def gpu_quota(namespace: Resource, inventory: Inventory) -> Iterator[Violation]:
    """GPUs are the main cost, and only a quota prevents one team from using all of them."""
    used = {name for pod in inventory.pods(namespace.name) for name in pod.gpu_resources}
    team = namespace.at("metadata", "labels", TEAM_LABEL)
    if team.value and not used:
        used = {"nvidia.com/gpu"}
    quotas = inventory.of("ResourceQuota", namespace.name)
    limited = {name for quota in quotas for name, _ in quota.at("spec", "hard").entries()}
    for name in sorted(used):
        if f"requests.{name}" not in limited:
            quota = namespace.missing(f"quota of requests.{name}")
            yield Violation(quota, "in a ResourceQuota of the namespace", actual="missing")
