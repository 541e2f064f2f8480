"""Rules for namespaces: Pod Security level, default-deny network policy and quotas."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, subjects
from gpu_cluster_policies.rule import Level, Violation, rule, stack_rule

TEAM_LABEL = "gpu-cluster/team"
_ENFORCE = "pod-security.kubernetes.io/enforce"
_OLD = re.compile(r"v1\.(\d|1\d|2[0-4])")
"""Versions of the levels before Pod Security admission was stable, with fewer checks."""

_GPU_CLASS = re.compile(r"gpu|\bmig\b|neuron|nvidia|tpu")
"""DeviceClasses of accelerators, such as gpu.nvidia.com, mig.nvidia.com and neuron.aws.com."""

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


def is_of_team(workload: Resource, inventory: Inventory) -> bool:
    """Whether the stack gives the namespace of the workload to a team."""
    return any(
        namespace.name == workload.namespace and namespace.at("metadata", "labels", TEAM_LABEL).value
        for namespace in inventory.every(("Namespace",))
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
        version = resource.at("metadata", "labels", f"{_ENFORCE}-version")
        if _OLD.fullmatch(version.text):
            yield Violation(version, "latest, or a version from v1.25")
        return
    namespace = resource.at("metadata", "namespace")
    if namespace.text in ("", "default"):
        yield Violation(namespace, "another namespace")


@subjects("Namespace", "NetworkPolicy")
def _isolation(resource: Resource) -> Iterable[Resource]:
    return (resource,)


@stack_rule(
    64,
    "default-deny",
    "Every namespace has a default-deny NetworkPolicy, and none that allows everything",
    of=_isolation,
    level=Level.MANDATORY,
    references="CKV2_K8S_6; CIS 4.3.2; C-0206; kyverno add-networkpolicy",
    fix="add a NetworkPolicy with an empty podSelector, policyTypes [Ingress, Egress] and no rules; the "
    "platform's namespaces have one, and gpu-cluster:serving.clients lists the clients of models",
)
def default_deny(namespace: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Without a policy, or with one that allows all traffic of all pods, any pod can reach all other pods and
    the internet."""
    if namespace.kind == "NetworkPolicy":
        yield from _all_allowed(namespace.at("spec"))
        return
    policies = inventory.of("NetworkPolicy", namespace.name)
    denied = {direction for policy in policies for direction in _denied(policy.at("spec"))}
    for direction in ("Ingress", "Egress"):
        if direction not in denied:
            expected = f"denied by a NetworkPolicy that selects all pods, lists {direction} and has no rules"
            yield Violation(namespace.missing(f"{direction.lower()} traffic"), expected, actual="open")


def _all_allowed(spec: Property) -> Iterator[Violation]:
    """Empty rules, which allow all traffic, of a policy for all pods of its namespace."""
    for direction in ("ingress", "egress") if _selects_all(spec) else ():
        for allowed in spec.at(direction).items():
            peers = allowed.at("from" if direction == "ingress" else "to")
            if not allowed.at("ports").value and (not peers.value or any(map(_is_any, peers.items()))):
                yield Violation(allowed, "named peers, or ports", actual="everything")


def _is_any(peer: Property) -> bool:
    """Whether it is every address, or every pod of the cluster."""
    addresses = peer.at("ipBlock")
    if addresses.value is not None:
        return addresses.at("cidr").text in ("0.0.0.0/0", "::/0") and not addresses.at("except").value
    return peer.at("namespaceSelector").value == {} and not peer.at("podSelector").value


def _selects_all(spec: Property) -> bool:
    return not any(selection.value for _, selection in spec.at("podSelector").entries())


def _denied(spec: Property) -> Iterator[str]:
    """Directions that this policy denies for all pods of its namespace."""
    if not _selects_all(spec):
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
        if not any(map(_is_effective, inventory.of(kind, namespace.name))):
            yield Violation(namespace.missing(kind), "in the namespace", actual="missing")


def _is_effective(limit: Resource) -> bool:
    """Whether it limits pods: a quota without resources limits none, one with scopes only some.

    In namespaces of agents, a quota for system priorities admits their pods.
    """
    if limit.kind != "ResourceQuota":
        return bool(limit.at("spec", "limits").value)
    spec = limit.at("spec")
    scoped = list(spec.at("scopeSelector", "matchExpressions").items())
    partial = spec.at("scopes").value or not all(map(_of_system_priority, scoped))
    return bool(spec.at("hard").value) and not partial


def _of_system_priority(scope: Property) -> bool:
    values = [item.text for item in scope.at("values").items()]
    named = scope.at("scopeName").text == "PriorityClass" and scope.at("operator").text == "In"
    return named and bool(values) and all(value.startswith("system-") for value in values)


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
    """GPUs are the main cost, and only a quota prevents one team from using all of them, by requests or by
    ResourceClaims."""
    used = {name for pod in inventory.pods(namespace.name) for name in pod.gpu_resources}
    team = namespace.at("metadata", "labels", TEAM_LABEL)
    if team.value and not used:
        used = {"nvidia.com/gpu"}
    quotas = inventory.of("ResourceQuota", namespace.name)
    limited = {name for quota in quotas for name, _ in quota.at("spec", "hard").entries()}
    wanted = [f"requests.{name}" for name in sorted(used)]
    claimed = inventory.once(_claimed).get(namespace.name, ())
    wanted += [f"{name}.deviceclass.resource.k8s.io/devices" for name in sorted(claimed)]
    for name in wanted:
        if name not in limited:
            quota = namespace.missing(f"quota of {name}")
            yield Violation(quota, "in a ResourceQuota of the namespace", actual="missing")


def _claimed(inventory: Inventory) -> dict[str, set[str]]:
    """Device classes of GPUs that claims and claim templates request, by namespace."""
    claimed: defaultdict[str, set[str]] = defaultdict(set)
    for claim in inventory.every(("ResourceClaim", "ResourceClaimTemplate")):
        spec = claim.at("spec") if claim.kind == "ResourceClaim" else claim.at("spec", "spec")
        requests = list(spec.at("devices", "requests").items())
        wanted = [*requests, *(it.at("exactly") for it in requests)]
        wanted += [one for it in requests for one in it.at("firstAvailable").items()]
        names = (it.at("deviceClassName").text for it in wanted)
        claimed[claim.namespace].update(name for name in names if _GPU_CLASS.search(name))
    return claimed
