"""Pools: known hardware, supported sharing, allowed labels and taints, capacity for system pods."""

from collections.abc import Iterator

from gpu_cluster.capacity import GPU_TAINT, Pool, pools_of
from gpu_cluster.capacity.known_hardware import KnownHardware, known_hardware
from gpu_cluster.capacity.node_hardware import hardware_of
from gpu_cluster.catalog import mig_problem
from gpu_cluster.catalog.gpus import other_maker
from gpu_cluster.catalog.instances import OTHER_ACCELERATORS
from gpu_cluster.catalog.limits import LIMITS, label_problem
from gpu_cluster.config.cluster import ExistingCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.pools import PoolSettings, Provisioner
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import CLOSE, did_you_mean

_PLATFORM_LABELS = {"gpu-cluster", "kubernetes.io", "node.kubernetes.io", "nvidia.com"}
_AWS_LABELS = {
    "eks.amazonaws.com",
    "k8s.amazonaws.com",
    "karpenter.k8s.aws",
    "karpenter.sh",
    "topology.kubernetes.io",
}
_CONDITION_TAINTS = "node.kubernetes.io"
_KEEPS_PODS_AWAY = {"NoSchedule", "NoExecute"}


def pools(stack: Stack, offered: dict[str, Pool], broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    known = known_hardware(stack.hardware)
    for name, settings in stack.pools.items():
        if not _declared_wrongly(stack, settings, known, broken):
            yield from hardware_diagnostics(name, settings, known)
        if not isinstance(stack.cluster, ExistingCluster):
            yield from _made_here(name, settings, stack.cluster.provider)
        if isinstance(stack.cluster, EksSettings) and settings.provisioner is Provisioner.NODE_GROUP:
            yield from _node_group_labels(name, settings)
    for name, pool in offered.items():
        yield from _taints(name, stack.pools[name], pool)
        if isinstance(stack.cluster, EksSettings) and stack.pools[name].provisioner is Provisioner.NODE_GROUP:
            yield from _node_group_taints(name, stack.pools[name], pool)
    if isinstance(stack.cluster, ExistingCluster):
        yield from _overlaps(offered)
    elif not any(keys[0] == "pools" for keys in broken):
        yield from _system(offered)


def _declared_wrongly(
    stack: Stack, settings: PoolSettings, known: KnownHardware, broken: frozenset[Keys]
) -> bool:
    """Whether its declared hardware has another error."""
    if any(keys[0] == "hardware" for keys in broken):
        return True
    return settings.instance in stack.hardware.instances and settings.instance not in known.instances


def valid_pools(stack: Stack) -> tuple[dict[str, Pool], frozenset[Keys]]:
    """Valid pools, and the others as broken entries."""
    known = known_hardware(stack.hardware)
    on_aws = isinstance(stack.cluster, EksSettings)
    right = {
        name: it
        for name, it in stack.pools.items()
        if not any(hardware_diagnostics(name, it, known)) and not (on_aws and it.machine)
    }
    wrong = frozenset(("pools", name) for name in stack.pools if name not in right)
    return pools_of(stack.model_copy(update={"pools": right})), wrong


def hardware_diagnostics(name: str, settings: PoolSettings, known: KnownHardware) -> Iterator[Diagnostic]:
    keys: Keys = ("pools", name)
    if settings.instance is not None and settings.instance not in known.instances:
        yield Diagnostic((*keys, "instance"), _unknown_instance(settings.instance, known))
        return
    if settings.machine and settings.machine.gpu is not None and settings.machine.gpu not in known.gpus:
        yield Diagnostic((*keys, "machine", "gpu"), _unknown_gpu(settings.machine.gpu, known))
        return
    if not settings.sharing:
        return
    hardware = hardware_of(settings, known)
    if not (hardware.gpu and hardware.gpus):
        machine = settings.instance or "the machine"
        yield Diagnostic((*keys, "sharing"), f"sharing is not possible: {machine} has no whole GPU")
    elif settings.sharing.mig and (problem := mig_problem(hardware.gpu, settings.sharing.mig)):
        yield Diagnostic((*keys, "sharing", "mig"), problem)


def _unknown_gpu(name: str, known: KnownHardware) -> str:
    if other := other_maker(name):
        return other
    near = did_you_mean(name, known.gpus, cutoff=CLOSE) or f"; there are {', '.join(known.gpus)};"
    return f"unknown GPU '{name}'{near} gpu-cluster:hardware.gpus declares others"


def _unknown_instance(name: str, known: KnownHardware) -> str:
    for beginning, accelerators in OTHER_ACCELERATORS.items():
        if name.startswith(beginning):
            return f"{name} has {accelerators} accelerators, which the platform does not support"
    families = dict.fromkeys(it.partition(".")[0] for it in known.instances)
    near = did_you_mean(name, known.instances, cutoff=0.85)
    near = near or f"; known families are {', '.join(families)}; declare others in gpu-cluster:hardware"
    return f"unknown instance type '{name}'{near}"


def _made_here(name: str, settings: PoolSettings, provider: str) -> Iterator[Diagnostic]:
    """Requirements of nodes that the platform creates."""
    if settings.machine:
        message = f"only with provider existing; with {provider}, set instance"
        yield Diagnostic(("pools", name, "machine"), message)
    taken = _PLATFORM_LABELS | _AWS_LABELS if provider == "eks" else _PLATFORM_LABELS
    for label in settings.labels:
        prefix = label.rpartition("/")[0]
        if prefix in taken:
            yield Diagnostic(
                ("pools", name, "labels", label), f"labels with prefix {prefix}/ are set by the platform"
            )


def _node_group_labels(name: str, settings: PoolSettings) -> Iterator[Diagnostic]:
    for label, value in settings.labels.items():
        is_said = label.rpartition("/")[0] in _PLATFORM_LABELS | _AWS_LABELS
        if not is_said and (problem := label_problem(label, value)):
            yield Diagnostic(("pools", name, "labels", label), problem)


def _node_group_taints(name: str, settings: PoolSettings, pool: Pool) -> Iterator[Diagnostic]:
    keys: Keys = ("pools", name, "taints")
    if problem := LIMITS["node-group-taints"].problem(len(pool.taints)):
        yield Diagnostic(keys, problem)
    for taint in settings.taints:
        if problem := LIMITS["node-group-taint-key"].problem(len(taint)):
            yield Diagnostic((*keys, taint), problem)


def _taints(name: str, settings: PoolSettings, pool: Pool) -> Iterator[Diagnostic]:
    for taint in settings.taints:
        keys: Keys = ("pools", name, "taints", taint)
        if taint.rpartition("/")[0] == _CONDITION_TAINTS:
            yield Diagnostic(
                keys, f"taints with prefix {_CONDITION_TAINTS}/ are set by the condition of a node"
            )
        elif taint == GPU_TAINT and not pool.gpus:
            yield Diagnostic(keys, f"reserved for nodes with GPUs, and {pool.machine} has none")


def _overlaps(offered: dict[str, Pool]) -> Iterator[Diagnostic]:
    """Existing nodes belong to all pools whose labels match; each node must match one pool."""
    for position, (name, pool) in enumerate(offered.items()):
        wider = next(_wider(pool, position, offered), None)
        if wider:
            found = ", ".join(f"{key}={value}" for key, value in wider.selector.items())
            message = f"its nodes also match pool {wider.name}, which selects all nodes with {found}"
            yield Diagnostic(("pools", name), message)


def _wider(pool: Pool, position: int, offered: dict[str, Pool]) -> Iterator[Pool]:
    for index, other in enumerate(offered.values()):
        same_and_first = index < position and other.selector == pool.selector
        if same_and_first or other.selector.items() < pool.selector.items():
            yield other


def _system(offered: dict[str, Pool]) -> Iterator[Diagnostic]:
    if any(_takes_system_pods(pool) for pool in offered.values()):
        return
    yield Diagnostic(
        ("pools",),
        "no pool can run system pods, such as DNS; expected one without GPU, without NoSchedule and "
        "NoExecute taints, and with nodes.min of at least 1",
    )


def _takes_system_pods(pool: Pool) -> bool:
    return (
        pool.nodes.min >= 1
        and not pool.gpus
        and not any(t["effect"] in _KEEPS_PODS_AWAY for t in pool.taints)
    )
