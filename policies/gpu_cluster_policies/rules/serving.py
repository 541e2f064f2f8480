"""Rules for model servers: disruption budgets, replicas, spot and surge."""

from collections import Counter
from collections.abc import Iterable, Iterator

from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.pool import Pools
from gpu_cluster_policies.resources.property import Property, count_in
from gpu_cluster_policies.resources.resource import Pod, Resource, is_gpu, subjects
from gpu_cluster_policies.rule import Level, Rule, Violation, stack_rule

_GROUPS = "LeaderWorkerSet"
_KINDS = ("Deployment", "StatefulSet", _GROUPS)
_BUDGET = "PodDisruptionBudget"
_SPOT_LABELS = ("eks.amazonaws.com/capacityType", "karpenter.sh/capacity-type")


@subjects(*_KINDS)
def _model_servers(resource: Resource) -> Iterable[Pod]:
    """Long-running workloads with GPUs."""
    return (resource.pod,) if resource.pod and resource.pod.gpu_resources else ()


@subjects(*_KINDS, _BUDGET)
def _budgeted(resource: Resource) -> Iterable[Pod | Resource]:
    """Model servers and budgets."""
    return (resource,) if resource.kind == _BUDGET else _model_servers(resource)


@stack_rule(
    71,
    "disruption-budget",
    "Model servers have a PodDisruptionBudget, and budgets allow one disruption",
    of=_budgeted,
    level=Level.PRODUCTION,
    references="kyverno require-pdb; gatekeeper poddisruptionbudget; pulumi compliance-policies; "
    "kube-linter pdb-max-unavailable",
    fix="set replicas in gpu-cluster:serving.models.<name> to at least 2; otherwise add a "
    "PodDisruptionBudget with maxUnavailable 1",
)
def disruption_budget(pod: Pod | Resource, inventory: Inventory) -> Iterator[Violation]:
    """Without a budget, a drain can stop all replicas at once; a budget that allows no disruption blocks
    drains."""
    if isinstance(pod, Resource):
        yield from _blocking(pod.at("spec"))
        return
    covering = inventory.budgets(pod)
    if not covering:
        budget = pod.resource.missing("PodDisruptionBudget")
        yield Violation(budget, "in the namespace, selecting these pods", actual="missing")
    replicas = _replicas(pod.resource, inventory)
    for budget in covering:
        if any(_blocking(budget.at("spec"))):
            continue  # a finding of its own
        field, evictions = _evictions(budget.at("spec"), replicas.whole or 1)
        if evictions < 1:
            yield Violation(
                field, f"a number that allows the eviction of at least one of {replicas.whole or 1} replicas"
            )


@stack_rule(
    72,
    "two-replicas",
    "Model servers have at least two replicas, spread over nodes",
    of=_model_servers,
    level=Level.PRODUCTION,
    references="kyverno; pulumi compliance-policies",
    fix="set replicas in gpu-cluster:serving.models.<name> to at least 2; otherwise add "
    "topologySpreadConstraints over kubernetes.io/hostname",
)
def two_replicas(pod: Pod, inventory: Inventory) -> Iterator[Violation]:
    """A model takes minutes to load, so it is unavailable if all replicas were on one failed node."""
    replicas = _replicas(pod.resource, inventory)
    if (replicas.whole or 1) < 2:
        yield Violation(replicas, "2 or more")
    spread = pod.spec.at("topologySpreadConstraints")
    apart = pod.spec.at("affinity", "podAntiAffinity")
    if not spread.value and not apart.value:
        yield Violation(spread, "a spread over nodes or zones")


def _blocking(budget: Property) -> Iterator[Violation]:
    """Limits that allow no disruption, whatever the number of replicas."""
    unavailable, available = budget.at("maxUnavailable"), budget.at("minAvailable")
    if unavailable.text in ("0", "0%"):
        yield Violation(unavailable, "at least 1")
    elif available.text == "100%":
        yield Violation(available, "less than 100%")


def _replicas(workload: Resource, inventory: Inventory) -> Property:
    """Property with the minimum number of replicas."""
    scaler = inventory.scaler(workload)
    return scaler.at("spec", "minReplicas") if scaler else workload.at("spec", "replicas")


def _evictions(budget: Property, replicas: int) -> tuple[Property, int]:
    """Property with the limit, and the number of allowed disruptions."""
    unavailable, available = budget.at("maxUnavailable"), budget.at("minAvailable")
    if unavailable.value is not None:
        return unavailable, _share(unavailable.text, replicas)
    return available, replicas - _share(available.text or "1", replicas)


def _share(given: str, replicas: int) -> int:
    """Number, or percentage of replicas rounded up, as in the eviction API."""
    number = count_in(given.removesuffix("%")) or 0
    return -(-replicas * number // 100) if given.endswith("%") else number


def no_spot(context: EvaluationContext) -> Rule:
    """Rule for a production or other stack."""

    @stack_rule(
        83,
        "no-spot-in-production",
        "Model servers of production do not run on spot instances",
        of=_model_servers,
        level=Level.MANDATORY,
        references="AWS Well-Architected REL11-BP04; EC2 user guide: Spot Instance interruptions",
        fix="set capacity of gpu-cluster:pools.<name> to on-demand, or set another pool in "
        "gpu-cluster:serving.models.<name>.pool",
    )
    def judge(pod: Pod, inventory: Inventory) -> Iterator[Violation]:
        """AWS interrupts spot instances with two minutes' notice, often all of a type; models take longer to
        load."""
        if not context.production:
            return
        selector = pod.spec.at("nodeSelector")
        for key in _SPOT_LABELS:
            if selector.at(key).text.lower() == "spot":
                yield Violation(selector.at(key), "on-demand")
        for pool in _pools(context, inventory).selected_by(pod):
            if pool.spot:
                expected = "the labels of an on-demand or reserved pool"
                yield Violation(selector, expected, actual=f"of pool {pool.name}, which is spot")

    return judge


def spare_gpus(context: EvaluationContext) -> Rule:
    """Rule for the pools of a stack."""

    def used(inventory: Inventory) -> Counter[tuple[str, str]]:
        """GPU requests of all model servers at maximum replicas, by pool and resource."""
        asked: Counter[tuple[str, str]] = Counter()
        for resource in inventory.every(_KINDS):
            for pod in _model_servers(resource):
                replicas = _most_replicas(resource, inventory) * _size(resource)
                for pool in _pools(context, inventory).selected_by(pod)[:1]:
                    for gpu, count in _gpus_of(pod).items():
                        asked[pool.name, gpu] += count * replicas
        return asked

    @stack_rule(
        86,
        "spare-gpus",
        "Updates of model servers surge within spare GPUs",
        of=_model_servers,
        level=Level.ADVISORY,
        references="Kubernetes: Deployment, max surge; LeaderWorkerSet, maxSurge; terraform-aws-eks #2905",
        fix="raise nodes.max in gpu-cluster:pools.<name>, or lower replicas.max in "
        "gpu-cluster:serving.models.<name>; otherwise set maxSurge 0 and maxUnavailable 1",
    )
    def judge(pod: Pod, inventory: Inventory) -> Iterator[Violation]:
        """Without spare GPUs, a new replica waits for the GPU of an old one, and the update does not
        finish."""
        pools = _pools(context, inventory)
        workload = pod.resource
        surge = _surge(workload)
        if not pools.every or surge is None:
            return
        usual = "0" if workload.kind == _GROUPS else "25%"
        more = _share(surge.text or usual, _most_replicas(workload, inventory)) * _size(workload)
        for pool in pools.selected_by(pod)[:1]:
            for gpu, count in _gpus_of(pod).items():
                spare = pool.offers.get(gpu, 0) - inventory.once(used)[pool.name, gpu]
                if more * count > spare:
                    expected = (
                        f"for at most {max(spare, 0)} of {gpu}, as many as pool {pool.name} has to spare"
                    )
                    yield Violation(
                        surge, expected, actual=f"{surge.text or usual}, which takes {more * count}"
                    )

    return judge


def _surge(workload: Resource) -> Property | None:
    """Property with the surge of an update; None without surge."""
    if workload.kind == _GROUPS:
        return workload.at("spec", "rolloutStrategy", "rollingUpdateConfiguration", "maxSurge")
    if workload.kind != "Deployment" or workload.at("spec", "strategy", "type").text == "Recreate":
        return None
    return workload.at("spec", "strategy", "rollingUpdate", "maxSurge")


def _size(workload: Resource) -> int:
    """Pods per replica."""
    if workload.kind != _GROUPS:
        return 1
    return workload.at("spec", "leaderWorkerTemplate", "size").whole or 1


def _pools(context: EvaluationContext, inventory: Inventory) -> Pools:
    """Cached for all rules on the same stack."""
    return inventory.once(context.pools_of)


def _gpus_of(pod: Pod) -> Counter[str]:
    """GPU requests of one pod, by resource."""
    asked: Counter[str] = Counter()
    for container in pod.containers:
        for name, limit in container.at("resources", "limits").entries():
            if is_gpu(name):
                asked[name] += limit.number or 0
    return asked


def _most_replicas(workload: Resource, inventory: Inventory) -> int:
    scaler = inventory.scaler(workload)
    most = scaler.at("spec", "maxReplicas") if scaler else workload.at("spec", "replicas")
    return most.whole or 1
