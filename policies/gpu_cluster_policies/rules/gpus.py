"""Rules for GPUs: who gets one, and who keeps off their nodes."""

from collections.abc import Iterator
from dataclasses import dataclass

from gpu_cluster.catalog import INSTANCES
from gpu_cluster_policies.property import Property
from gpu_cluster_policies.resource import GPU_TAINTS, Container, Pod, Resource, containers, is_gpu, pods
from gpu_cluster_policies.rule import Level, Violation, rule

_NVIDIA = "nvidia.com/gpu"
_NEURON = "aws.amazon.com/neuron"


@rule(
    73,
    "gpu-limits",
    "GPU requests equal GPU limits",
    of=containers,
    level=Level.MANDATORY,
    references="Kubernetes: schedule GPUs",
    fix="name the GPUs in resources.limits and leave them out of requests, or give the same number; "
    "for a model, gpus in gpu-cluster:serving.models.<name>",
)
def gpu_limits(container: Container) -> Iterator[Violation]:
    """A GPU cannot be overcommitted: the API server refuses the pod, long after the update has succeeded."""
    requests, limits = container.at("resources", "requests"), container.at("resources", "limits")
    for name in sorted(set(container.gpu_resources)):
        requested, limited = requests.at(name), limits.at(name)
        if limited.value is None:
            yield Violation(limited, f"{requested.text}, as requested")
        elif requested.value is not None and requested.text != limited.text:
            yield Violation(requested, f"{limited.text}, as limited")


@dataclass(frozen=True)
class _GpuNodes:
    """A GPU node, or a group of them."""

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
    fix="leave the pool's taints to gpu-cluster:pools.<name>, which always has nvidia.com/gpu; "
    "taint a node that was made elsewhere",
)
def gpu_pool_taint(nodes: _GpuNodes) -> Iterator[Violation]:
    """Any pod may land on an untainted node, and GPUs stand idle while others use up its CPU and memory."""
    taints = [(taint.at("key").value, taint.at("effect").value) for taint in nodes.taints.items()]
    if (nodes.key, nodes.effect) not in taints:
        yield Violation(nodes.taints, f"{nodes.key} with effect {nodes.effect}, among others")


@rule(
    75,
    "gpu-placement",
    "GPU pods tolerate and select their nodes, and other pods do not",
    of=pods,
    level=Level.MANDATORY,
    references="Kubernetes: taints and tolerations, dedicated nodes and nodes with special hardware",
    fix="for a model, name its pool in gpu-cluster:serving.models.<name>.pool; "
    "in other pods with GPUs set tolerations and nodeSelector, and in those without leave the toleration out",
)
def gpu_placement(pod: Pod) -> Iterator[Violation]:
    """A GPU pod without toleration never starts, without selector it may get the wrong GPU,
    and any other pod on a GPU node is in the way of one that needs it."""
    if not pod.gpu_resources:
        # A DaemonSet serves its node: device plugins and exporters tolerate what they look after.
        yield from () if pod.resource.kind == "DaemonSet" else _stray(pod)
        return
    tolerations = pod.spec.at("tolerations")
    for key in sorted({_taint_of(name) for name in pod.gpu_resources}):
        if not any(_tolerates(toleration, key) for toleration in tolerations.items()):
            yield Violation(tolerations, f"a toleration of {key} with effect NoSchedule, among others")
    required = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    if not pod.spec.at("nodeSelector").value and not pod.spec.at(*required).value:
        yield Violation(pod.spec.at("nodeSelector"), "the labels of a GPU pool")


def _stray(pod: Pod) -> Iterator[Violation]:
    for toleration in pod.spec.at("tolerations").items():
        if any(_tolerates(toleration, key) for key in GPU_TAINTS.values()):
            yield Violation(toleration, "left out: the pod asks for no GPU")


def _offered(node: Resource) -> set[str]:
    """GPU resources that a node has, or says to have before its device plugin runs."""
    sections = (node.at("status", section) for section in ("capacity", "allocatable"))
    offered = {name for section in sections for name, _ in section.entries() if is_gpu(name)}
    labelled = node.at("metadata", "labels", "nvidia.com/gpu.present").text == "true"
    return offered | ({_NVIDIA} if labelled else set[str]())


def _accelerated(group: Resource) -> set[str]:
    """Taint keys that an EKS node group needs, by its image and its instance types."""
    image = group.at("amiType").text
    by_image = {key for word, key in (("NVIDIA", _NVIDIA), ("NEURON", _NEURON)) if word in image}
    types = [INSTANCES.get(item.text) for item in group.at("instanceTypes").items()]
    return by_image | {_NVIDIA for instance in types if instance and instance.gpus}


def _taint_of(resource: str) -> str:
    """Key of the taint of nodes that offer this GPU resource; slices of a GPU are on its nodes."""
    return next(key for prefix, key in GPU_TAINTS.items() if resource.startswith(prefix))


def _tolerates(toleration: Property, key: str) -> bool:
    """Whether it lets a pod on nodes with this key and effect NoSchedule; any value counts as theirs."""
    operator, wanted = toleration.at("operator").text or "Equal", toleration.at("key").text
    same_key = wanted == key or (not wanted and operator == "Exists")
    return same_key and toleration.at("effect").text in ("", "NoSchedule")
