"""A stack as a picture in Mermaid: what matters, and nothing that a reader would have to look past."""

import re
from collections.abc import Iterator, Mapping

from components.config.cluster import ClusterSettings, ExistingCluster
from components.config.eks import EksSettings
from components.config.network import Nat, NetworkSettings
from components.config.span import Span
from components.config.stack import Stack
from components.config.storage import FsxLustre
from components.config.teams import ONLY
from components.pools import Pool, capacity_type, pools_of

_STORES = {
    "csi": "CSI",
    "ebs": "EBS",
    "efs": "EFS",
    "fsx-lustre": "FSx for Lustre",
    "host-path": "folder of this machine",
    "local-path": "folder of the node",
    "nfs": "NFS",
    "s3": "S3",
}
_CAPACITY = {"ON_DEMAND": "on demand", "SPOT": "spot", "CAPACITY_BLOCK": "capacity block"}
_NAT = {Nat.NONE: "no way to the internet", Nat.SINGLE: "one NAT gateway", Nat.PER_ZONE: "NAT in each zone"}


def diagram(name: str, stack: Stack) -> str:
    """A flowchart: the network, the cluster with its pools, what is served on them, by whom, and from where.

    Equal stacks give equal text, in the order of the file.
    """
    return "\n".join(["flowchart LR", *(f"  {line}" for line in _lines(name, stack))]) + "\n"


def _lines(name: str, stack: Stack) -> Iterator[str]:
    pools = pools_of(stack)
    yield f"subgraph {_id('stack', name)}[{_text(name, _place(stack))}]"
    if stack.network:
        yield from _network(stack.network)
    yield f"  cluster([{_text(_cluster(stack.cluster))}])"
    for pool in pools.values():
        yield f"  {_id('pool', pool.name)}[{_text(*_pool(pool, stack))}]"
    for key, settings in stack.storage.items():
        yield f"  {_id('store', key)}[({_text(key, _STORES[settings.kind])})]"
    yield f"  registry[({_text('images', stack.mirror or _no_mirror(stack))})]"
    yield "end"
    for key, model in stack.serving.models.items():
        yield f"{_id('model', key)}{{{{{_text(key, model.model, _times(model.replicas, 'replica'))}}}}}"
    for key in stack.teams:
        yield f"{_id('team', key)}[/{_text(f'team {key}')}/]"
    yield from _links(stack, pools)


def _links(stack: Stack, pools: Mapping[str, Pool]) -> Iterator[str]:
    if stack.network:
        yield "network --- cluster"
    yield "registry -.-> cluster"
    yield from (f"cluster --> {_id('pool', name)}" for name in pools)
    for key, model in stack.serving.models.items():
        yield f"{_id('model', key)} --> {_id('pool', model.pool)}"
        if mounted := model.store or (model.cache and model.cache.storage_class):
            yield f"{_id('model', key)} -.-> {_id('store', mounted)}"
    for key, settings in stack.storage.items():
        if isinstance(settings, FsxLustre) and settings.s3 in stack.storage:
            yield f"{_id('store', key)} --- {_id('store', settings.s3)}"
    for key, team in stack.teams.items():
        for pool, quota in team.gpus.items():
            parts = (f"{n} GPUs" if profile == ONLY else f"{n} x {profile}" for profile, n in quota.items())
            granted = ", ".join(parts)
            yield f"{_id('team', key)} -->|{_text(granted)}| {_id('pool', pool)}"


def _network(settings: NetworkSettings) -> Iterator[str]:
    if settings.existing:
        label = _text("a VPC that is there", ", ".join(settings.existing.cidrs))
    else:
        label = _text(f"VPC {settings.cidr}", _NAT[settings.nat])
    yield f"  subgraph network[{label}]"
    yield from (f"    {_id('zone', zone)}[{_text(zone)}]" for zone in settings.every_zone)
    yield "  end"


def _place(stack: Stack) -> str:
    if isinstance(stack.cluster, EksSettings):
        return f"AWS {stack.cluster.account}, {stack.region}"
    return "a cluster that is there" if isinstance(stack.cluster, ExistingCluster) else "this machine"


def _cluster(cluster: ClusterSettings) -> str:
    return f"EKS {cluster.version}" if isinstance(cluster, EksSettings) else "Kubernetes"


def _pool(pool: Pool, stack: Stack) -> Iterator[str]:
    yield pool.name
    machine = "" if pool.machine == "machine" else f" of {pool.machine}"
    yield f"{_times(pool.nodes, 'node')}{machine}"
    if pool.gpu and pool.gpus:
        offered = ", ".join(f"{count} x {resource}" for resource, count in pool.gpu_resources.items())
        yield f"{pool.gpus} x {pool.gpu.name} each" + (f" as {offered}" if pool.sharing else "")
    settings = stack.pools[pool.name]
    if isinstance(stack.cluster, EksSettings):
        kind = "reserved" if settings.capacity.reservation else _CAPACITY[capacity_type(settings.capacity)]
        yield f"{kind}, {pool.zones[0]}" if len(pool.zones) == 1 else kind


def _times(span: Span, what: str) -> str:
    """`1 node`, `2 nodes`, `0 to 4 nodes`."""
    count = str(span.max) if span.min == span.max else f"{span.min} to {span.max}"
    return f"{count} {what}" if count == "1" else f"{count} {what}s"


def _no_mirror(stack: Stack) -> str:
    return "a registry in the cluster" if stack.registry.in_cluster else "the registries that publish them"


def _id(kind: str, name: str) -> str:
    """What Mermaid takes for one word, and for none of its own: a pool may be called end, or a--b."""
    return f"{kind}_" + re.sub(r"[^A-Za-z0-9]", lambda found: f"_{ord(found[0]):x}_", name)


def _text(*lines: str) -> str:
    """Lines of a label, in quotes, with what Mermaid would read as more than text taken out of it."""
    return '"' + "<br/>".join(_plain(line) for line in lines) + '"'


def _plain(line: str) -> str:
    return re.sub(r"[^\w\s./:,()-]", lambda found: f"#{ord(found[0])};", line)
