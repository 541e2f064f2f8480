"""Rules for GPUs: requests, taints, tolerations and node selectors."""

from collections.abc import Iterator
from dataclasses import dataclass

from gpu_cluster.catalog import INSTANCES
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import (
    GPU_TAINTS,
    Container,
    Pod,
    Resource,
    containers,
    is_gpu,
    pods,
)
from gpu_cluster_policies.rule import Level, Violation, rule, stack_rule
from gpu_cluster_policies.rules.namespaces import is_of_team

_NVIDIA = "nvidia.com/gpu"
_NEURON = "aws.amazon.com/neuron"


@rule(
    73,
    "gpu-limits",
    "GPU requests equal GPU limits",
    of=containers,
    level=Level.MANDATORY,
    references="Kubernetes: schedule GPUs",
    fix="set GPUs in resources.limits and remove them from requests, or set the same number; for a "
    "model, set gpus in gpu-cluster:serving.models.<name>",
)
def gpu_limits(container: Container) -> Iterator[Violation]:
    """GPUs cannot be overcommitted; the API server refuses the pod after the update has succeeded."""
    requests, limits = container.at("resources", "requests"), container.at("resources", "limits")
    for name in sorted(set(container.gpu_resources)):
        requested, limited = requests.at(name), limits.at(name)
        if limited.value is None:
            yield Violation(limited, f"{requested.text}, as requested")
        elif requested.value is not None and requested.text != limited.text:
            yield Violation(requested, f"{limited.text}, as limited")


@dataclass(frozen=True)
class _GpuNodes:
    """GPU node or group of GPU nodes."""

    taints: Property
    key: str
    effect: str


def _gpu_nodes(resource: Resource) -> Iterator[_GpuNodes]:
    match resource.kind:
        case "Node":
            for key in sorted({_taint_of(name) for name in _offered(resource)}):
                yield _GpuNodes(resource.at("spec", "taints"), key, "NoSchedule")
        case "aws:eks/nodeGroup:NodeGroup":
            for key in sorted(_accelerated(resource)):
                yield _GpuNodes(resource.at("taints"), key, "NO_SCHEDULE")
        case _:
            return


@rule(
    74,
    "gpu-pool-taint",
    "GPU nodes are tainted with the name of their resource",
    of=_gpu_nodes,
    level=Level.MANDATORY,
    references="Kubernetes: taints and tolerations, dedicated nodes and nodes with special hardware",
    fix="use gpu-cluster:pools.<name>, which always has the taint nvidia.com/gpu; taint nodes created "
    "elsewhere",
)
def gpu_pool_taint(nodes: _GpuNodes) -> Iterator[Violation]:
    """Without a taint, pods without GPUs use up the CPU and memory of GPU nodes."""
    taints = [(taint.at("key").value, taint.at("effect").value) for taint in nodes.taints.items()]
    if (nodes.key, nodes.effect) not in taints:
        yield Violation(nodes.taints, f"{nodes.key} with effect {nodes.effect}, among others")


@stack_rule(
    75,
    "gpu-placement",
    "GPU pods tolerate and select their nodes, and other pods do not",
    of=pods,
    level=Level.MANDATORY,
    references="Kubernetes: taints and tolerations, dedicated nodes and nodes with special hardware",
    fix="for a model, set gpu-cluster:serving.models.<name>.pool; for other GPU pods, set tolerations "
    "and nodeSelector; for pods without GPUs, remove the toleration",
)
def gpu_placement(pod: Pod, inventory: Inventory) -> Iterator[Violation]:
    """A GPU pod without a toleration cannot be scheduled, without a selector it may get the wrong GPU, and
    other pods on GPU nodes block capacity. A pod that names its node is not stopped by taints."""
    yield from _bound(pod)
    if not pod.gpu_resources:
        # A DaemonSet serves its node: device plugins and exporters tolerate what they look after.
        of_nodes = pod.resource.kind == "DaemonSet" and not is_of_team(pod.resource, inventory)
        claims = pod.spec.at("resourceClaims").value  # which may be of GPUs
        yield from () if of_nodes or claims else _stray(pod)
        return
    tolerations = pod.spec.at("tolerations")
    for key in sorted({_taint_of(name) for name in pod.gpu_resources}):
        if not any(_tolerates(toleration, key) for toleration in tolerations.items()):
            yield Violation(tolerations, f"a toleration of {key} with effect NoSchedule, among others")
    required = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    if not pod.spec.at("nodeSelector").value and not pod.spec.at(*required).value:
        yield Violation(pod.spec.at("nodeSelector"), "the labels of a GPU pool")


def _bound(pod: Pod) -> Iterator[Violation]:
    """A node that the manifest names; in a pod that runs, the scheduler has written it."""
    node = pod.spec.at("nodeName")
    if node.text and not pod.resource.at("status").value:
        yield Violation(node, "not set, because the scheduler chooses the node")


def _stray(pod: Pod) -> Iterator[Violation]:
    for toleration in pod.spec.at("tolerations").items():
        if any(_tolerates(toleration, key) for key in GPU_TAINTS.values()):
            yield Violation(toleration, "not set, because the pod requests no GPU")


def _offered(node: Resource) -> set[str]:
    """GPU resources of a node, including expected ones before its device plugin runs."""
    sections = (node.at("status", section) for section in ("capacity", "allocatable"))
    offered = {name for section in sections for name, _ in section.entries() if is_gpu(name)}
    labelled = node.at("metadata", "labels", "nvidia.com/gpu.present").text == "true"
    return offered | ({_NVIDIA} if labelled else set[str]())


def _accelerated(group: Resource) -> set[str]:
    """Required taint keys of an EKS node group, by image and instance types."""
    image = group.at("amiType").text
    by_image = {key for word, key in (("NVIDIA", _NVIDIA), ("NEURON", _NEURON)) if word in image}
    types = [INSTANCES.get(item.text) for item in group.at("instanceTypes").items()]
    return by_image | {_NVIDIA for instance in types if instance and instance.gpus}


def _taint_of(resource: str) -> str:
    """Taint key of nodes with this GPU resource; MIG resources use the key of the GPU."""
    return next(key for prefix, key in GPU_TAINTS.items() if resource.startswith(prefix))


def _tolerates(toleration: Property, key: str) -> bool:
    """Whether a toleration matches this key and effect NoSchedule, with any value."""
    operator, wanted = toleration.at("operator").text or "Equal", toleration.at("key").text
    same_key = wanted == key or (not wanted and operator == "Exists")
    return same_key and toleration.at("effect").text in ("", "NoSchedule")
