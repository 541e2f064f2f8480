"""Rule for priorities of pods: the classes of Kubernetes' own components."""

from collections.abc import Iterator

from gpu_cluster_policies.resources.resource import Pod, pods
from gpu_cluster_policies.rule import Level, Violation, rule

_SYSTEM = "system-"
_OF_KUBERNETES = "kube-system"


@rule(
    113,
    "no-system-priority",
    "Workloads do not have the priority of cluster components",
    of=pods,
    level=Level.ADVISORY,
    references="Kubernetes: pod priority and preemption; Kubernetes: limit priority class consumption",
    fix="remove priorityClassName, or set a PriorityClass of the platform",
)
def no_system_priority(pod: Pod) -> Iterator[Violation]:
    """A pod with it preempts pods of every team, and competes with the components that run the cluster."""
    given = pod.spec.at("priorityClassName")
    if not given.text.startswith(_SYSTEM):
        return
    if pod.resource.namespace != _OF_KUBERNETES and pod.resource.kind != "DaemonSet":
        yield Violation(given, "not set")
