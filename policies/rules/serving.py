"""Rules for model servers: that one of them may always stop."""

import math
from collections.abc import Iterable, Iterator

from policies.field import Field
from policies.inventory import Inventory
from policies.rule import Level, Violation, stack_rule
from policies.subject import Pod, Resource


def _model_servers(resource: Resource) -> Iterable[Pod]:
    """Workloads that keep GPUs for as long as they run."""
    if resource.kind in ("Deployment", "StatefulSet") and resource.pod and resource.pod.gpu_resources:
        return (resource.pod,)
    return ()


@stack_rule(
    71,
    "disruption-budget",
    "Model servers have a disruption budget that lets one replica go",
    of=_model_servers,
    level=Level.PRODUCTION,
    references="kyverno require-pdb; gatekeeper poddisruptionbudget; pulumi compliance-policies; "
    "kube-linter pdb-max-unavailable",
    fix="raise replicas in gpu-cluster:serving.models.<name> to at least 2; "
    "elsewhere add a PodDisruptionBudget with maxUnavailable 1",
)
def disruption_budget(pod: Pod, inventory: Inventory) -> Iterator[Violation]:
    """Without a budget a drain stops every replica at once; with one that allows none it never ends."""
    covering = inventory.budgets(pod)
    if not covering:
        budget = pod.resource.lacks("PodDisruptionBudget")
        yield Violation(budget, "in the namespace, with a selector of these pods", actual="missing")
    replicas = _replicas(pod.resource, inventory)
    for budget in covering:
        field, evictions = _evictions(budget.at("spec"), replicas.whole or 1)
        if evictions < 1:
            yield Violation(field, f"a number that lets at least one of {replicas.whole or 1} replicas go")


@stack_rule(
    72,
    "two-replicas",
    "Model servers have two replicas or more, spread over nodes",
    of=_model_servers,
    level=Level.PRODUCTION,
    references="kyverno; pulumi compliance-policies",
    fix="set replicas in gpu-cluster:serving.models.<name> to at least 2; "
    "elsewhere add topologySpreadConstraints over kubernetes.io/hostname",
)
def two_replicas(pod: Pod, inventory: Inventory) -> Iterator[Violation]:
    """A model takes minutes to load, and until then nobody answers if all replicas were on one node."""
    replicas = _replicas(pod.resource, inventory)
    if (replicas.whole or 1) < 2:
        yield Violation(replicas, "2 or more")
    spread = pod.spec.at("topologySpreadConstraints")
    apart = pod.spec.at("affinity", "podAntiAffinity")
    if not spread.value and not apart.value:
        yield Violation(spread, "a spread over nodes or zones")


def _replicas(workload: Resource, inventory: Inventory) -> Field:
    """The property that says how few replicas there may be."""
    scaler = inventory.scaler(workload)
    return scaler.at("spec", "minReplicas") if scaler else workload.at("spec", "replicas")


def _evictions(budget: Field, replicas: int) -> tuple[Field, int]:
    """The property that decides, and how many of the replicas it lets go."""
    unavailable, available = budget.at("maxUnavailable"), budget.at("minAvailable")
    if unavailable.value is not None:
        return unavailable, _share(unavailable.text, replicas)
    return available, replicas - _share(available.text or "1", replicas)


def _share(given: str, replicas: int) -> int:
    """A number, or a percentage of the replicas, rounded up as the eviction API does."""
    number = given.removesuffix("%")
    if not number.isdecimal():
        return 0
    return math.ceil(replicas * int(number) / 100) if given.endswith("%") else int(number)
