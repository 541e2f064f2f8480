"""Parts of every diagram of a stack: pools, stores and models."""

from collections.abc import Iterable, Iterator, Mapping

from gpu_cluster.capacity import Pool, Route, capacity_type
from gpu_cluster.config.cluster import ExistingCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.gateway import GatewaySettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.diagram.mermaid_syntax import id_of, text, times

STORE_NAMES = {
    "csi": "CSI",
    "csi-volume": "CSI volume",
    "ebs": "EBS",
    "efs": "EFS",
    "fsx-lustre": "FSx for Lustre",
    "host-path": "folder on this machine",
    "local-path": "folder on the node",
    "nfs": "NFS",
    "nfs-folder": "NFS folder",
    "node-folder": "folder on every node",
    "s3": "S3",
}
_CAPACITY = {"ON_DEMAND": "on demand", "SPOT": "spot", "CAPACITY_BLOCK": "capacity block"}


def backend_name(stack: Stack) -> str:
    if isinstance(stack.cluster, EksSettings):
        return f"AWS {stack.cluster.account}, {stack.region}"
    return "existing cluster" if isinstance(stack.cluster, ExistingCluster) else "this machine"


def cluster_of(stack: Stack) -> str:
    """`EKS 1.35`, or the software where the version is not the stack's."""
    return f"EKS {stack.cluster.version}" if isinstance(stack.cluster, EksSettings) else "Kubernetes"


def capacity_of(pool: Pool, stack: Stack) -> str:
    """`on demand`, or `capacity block, us-east-2a`; empty for servers that AWS does not start."""
    if not isinstance(stack.cluster, EksSettings):
        return ""
    capacity = stack.pools[pool.name].capacity
    kind = "reserved" if capacity.reservation else _CAPACITY[capacity_type(capacity)]
    return f"{kind}, {pool.zones[0]}" if len(pool.zones) == 1 else kind


def pools(chosen: Iterable[Pool], stack: Stack) -> Iterator[str]:
    for pool in chosen:
        yield f"  {id_of('pool', pool.name)}[{text(*_pool(pool, stack))}]"


def stores(chosen: Iterable[str], stack: Stack) -> Iterator[str]:
    for key in chosen:
        yield f"  {id_of('store', key)}[({text(key, STORE_NAMES[stack.storage[key].kind])})]"


def models(chosen: Mapping[str, ModelSettings]) -> Iterator[str]:
    for key, model in chosen.items():
        over = f" over {model.nodes} nodes" if model.nodes > 1 else ""
        replicas = times(model.replicas, "replica") + over
        weights = [f"weights in {image_name(model)}"] if model.weights_image else []
        yield f"{id_of('model', key)}{{{{{text(key, model.model, replicas, *weights)}}}}}"


def model_links(chosen: Mapping[str, ModelSettings]) -> Iterator[str]:
    for key, model in chosen.items():
        yield f"{id_of('model', key)} --> {id_of('pool', model.pool)}"
        if mounted := mounted_by(model):
            yield f"{id_of('model', key)} -.-> {id_of('store', mounted)}"


def routes(chosen: Iterable[Route]) -> Iterator[str]:
    """Arrows from the gateway to what each route leads to, with its part of the requests."""
    for route in chosen:
        together = sum(target.weight for target in route.targets)
        for target in route.targets:
            part = f"{route.prefix} {round(100 * target.weight / together)} %"
            chosen_by = ["by prefix cache"] if route.picked == target.name else []
            label = text(part if len(route.targets) > 1 else route.prefix, *chosen_by)
            kind = "model" if target.port is None else "service"
            yield f"gateway -->|{label}| {id_of(kind, target.name)}"


def gateway(settings: GatewaySettings) -> str:
    """Node of the gateway: its host, and who can call."""
    reach = "from the internet" if settings.internet else "internal"
    return f"gateway{{{{{text('gateway', settings.host, reach)}}}}}"


def image_name(model: ModelSettings) -> str | None:
    """Image that its weights are in, without the digest."""
    return model.weights_image.image.partition("@")[0] if model.weights_image else None


def mounted_by(model: ModelSettings) -> str | None:
    """The store or storage class that its weights are in."""
    return model.store or (model.cache and model.cache.storage_class)


def _pool(pool: Pool, stack: Stack) -> Iterator[str]:
    yield pool.name
    machine = "" if pool.machine == "machine" else f" of {pool.machine}"
    yield f"{times(pool.nodes, 'node')}{machine}"
    if pool.gpu and pool.gpus:
        offered = ", ".join(f"{count} x {resource}" for resource, count in pool.gpu_resources.items())
        yield f"{pool.gpus} x {pool.gpu.name} each" + (f" as {offered}" if pool.sharing else "")
    if capacity := capacity_of(pool, stack):
        yield capacity
