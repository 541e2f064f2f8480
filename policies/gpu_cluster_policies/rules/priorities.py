"""Rule for priorities of pods: the classes of Kubernetes' own components."""

from collections.abc import Iterator

from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.resource import Pod, pods
from gpu_cluster_policies.rule import Level, Violation, stack_rule
from gpu_cluster_policies.rules.namespaces import is_of_team

_SYSTEM = "system-"
_OF_KUBERNETES = "kube-system"


@stack_rule(
    113,
    "no-system-priority",
    "Workloads do not have the priority of cluster components",
    of=pods,
    level=Level.ADVISORY,
    references="Kubernetes: pod priority and preemption; Kubernetes: limit priority class consumption",
    fix="remove priorityClassName, or set a PriorityClass of the platform",
)
def no_system_priority(pod: Pod, inventory: Inventory) -> Iterator[Violation]:
    """A pod with it preempts pods of every team, and competes with the components that run the cluster."""
    given = pod.spec.at("priorityClassName")
    if not given.text.startswith(_SYSTEM):
        return
    of_nodes = pod.resource.kind == "DaemonSet" and not is_of_team(pod.resource, inventory)
    if not of_nodes and pod.resource.namespace != _OF_KUBERNETES:
        yield Violation(given, "not set")
