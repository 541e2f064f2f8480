"""Rule for CPU and memory requests and limits."""

from collections.abc import Iterator

from gpu_cluster_policies.resources.resource import Container, containers
from gpu_cluster_policies.rule import Level, Violation, rule

_NEEDED = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))


@rule(
    57,
    "cpu-and-memory",
    "Containers request CPU and memory and limit memory",
    of=containers,
    level=Level.MANDATORY,
    references="CKV_K8S_10; CKV_K8S_12; CKV_K8S_13; KSV-0015; KSV-0016; KSV-0018; "
    "gatekeeper containerrequests",
    fix="set resources.requests.cpu, resources.requests.memory and resources.limits.memory; "
    "for a model, cpu and memory in gpu-cluster:serving.models.<name>",
)
def cpu_and_memory(container: Container) -> Iterator[Violation]:
    """Without requests, nodes are overcommitted; without a memory limit, one pod can exhaust the node."""
    for section, resource in () if container.ephemeral else _NEEDED:
        amount = container.at("resources", section, resource)
        if amount.value is None:
            yield Violation(amount, "a quantity")
