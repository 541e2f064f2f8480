"""Node pools for rules: node groups, Karpenter NodePools, or pools of the stack file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gpu_cluster.capacity import POOL_LABEL, pools_of
from gpu_cluster.catalog import INSTANCES, Instance
from gpu_cluster.config.pool_capacity import Market
from gpu_cluster.config.stack import Stack
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Pod, Resource
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.resources.resource_types import LAUNCH_TEMPLATE, NODE_GROUP, NODE_POOL

TEMPLATE_OF = ResourceLink(frozenset({NODE_GROUP}), ("launchTemplate", "id"), frozenset({LAUNCH_TEMPLATE}))

_GPU = "nvidia.com/gpu"
INSTANCE_TYPE = "node.kubernetes.io/instance-type"
_CAPACITY = "karpenter.sh/capacity-type"
_OFFERED = "k8s.io/cluster-autoscaler/node-template/resources/"


@dataclass(frozen=True)
class JudgedPool:
    """Like nodes, and how many of them there may be."""

    name: str
    labels: Mapping[str, str]
    spot: bool
    """Whether AWS may reclaim its nodes."""

    offers: Mapping[str, int]
    """GPU resources of all its nodes together, at their most."""


def instance_types(nodes: Resource, inventory: Inventory) -> list[Property]:
    """The types that its nodes may have; none where it does not say."""
    if nodes.kind == NODE_POOL:
        return list(requirement(nodes, INSTANCE_TYPE))
    own = list(nodes.at("instanceTypes").items())
    templates = () if own else inventory.targets(nodes, TEMPLATE_OF)
    return own or [template.at("instanceType") for template in templates if template.at("instanceType").value]


def gpus_at_most(
    nodes: Resource, inventory: Inventory, instances: Mapping[str, Instance] = INSTANCES
) -> tuple[Property, int | None]:
    """The property that limits the pool, and its GPUs at that size; None where nothing does."""
    types = instance_types(nodes, inventory)
    known = [instances[kind.text] for kind in types if kind.text in instances]
    if len(known) < len(types):
        return next(kind for kind in types if kind.text not in instances), None
    if nodes.kind == NODE_POOL:
        limit = nodes.at("spec", "limits", _GPU)
        if known and not any(instance.gpus for instance in known):
            return limit, 0
        return limit, limit.number
    size = nodes.at("scalingConfig", "maxSize")
    most = max((instance.gpus for instance in known), default=0)
    if not most:
        return size, 0
    return size, None if size.whole is None else size.whole * most


class Pools:
    """The pools of a stack, found by what pods select."""

    def __init__(self, pools: Iterator[JudgedPool]) -> None:
        self.every = list(pools)
        self._by_label: defaultdict[tuple[str, str], list[JudgedPool]] = defaultdict(list)
        for pool in self.every:
            for label in pool.labels.items():
                self._by_label[label].append(pool)

    @classmethod
    def of(cls, inventory: Inventory, file: Stack | None) -> Pools:
        """Pools that the stack starts; where it starts none, the pools of its file."""
        started = [_started(nodes, inventory) for nodes in inventory.every((NODE_GROUP, NODE_POOL))]
        return cls(iter(started) if started else _in_file(file))

    def selected_by(self, pod: Pod) -> list[JudgedPool]:
        """The pools whose nodes it may be on by its nodeSelector, if any."""
        wanted = pod.spec.at("nodeSelector").texts()
        if not wanted:
            return []
        near = min((self._by_label.get(label, []) for label in wanted.items()), key=len)
        return [pool for pool in near if wanted.items() <= pool.labels.items()]


def _started(nodes: Resource, inventory: Inventory) -> JudgedPool:
    return _karpenter(nodes) if nodes.kind == NODE_POOL else _node_group(nodes, inventory)


def _node_group(group: Resource, inventory: Inventory) -> JudgedPool:
    types = {kind.text for kind in instance_types(group, inventory)}
    labels = group.at("labels").texts() | ({INSTANCE_TYPE: types.pop()} if len(types) == 1 else {})
    most = group.at("scalingConfig", "maxSize").whole or 0
    _, gpus = gpus_at_most(group, inventory)
    tagged = {
        key.removeprefix(_OFFERED): tag.number * most
        for key, tag in group.at("tags").entries()
        if key.startswith(f"{_OFFERED}nvidia.com/") and tag.number is not None
    }
    offers = tagged or {_GPU: gpus or 0}
    return JudgedPool(
        labels.get(POOL_LABEL, group.label), labels, group.at("capacityType").text == "SPOT", offers
    )


def _karpenter(nodes: Resource) -> JudgedPool:
    labels = nodes.at("spec", "template", "metadata", "labels").texts()
    spot = any(value.text == "spot" for value in requirement(nodes, _CAPACITY))
    return JudgedPool(nodes.name, labels, spot, {_GPU: nodes.at("spec", "limits", _GPU).number or 0})


def requirement(nodes: Resource, key: str) -> Iterator[Property]:
    """Values that Karpenter may choose from, if set."""
    for each in nodes.at("spec", "template", "spec", "requirements").items():
        if each.at("key").text == key and each.at("operator").text == "In":
            yield from each.at("values").items()


def _in_file(file: Stack | None) -> Iterator[JudgedPool]:
    for name, pool in (pools_of(file) if file else {}).items():
        spot = file is not None and file.pools[name].capacity.market is Market.SPOT
        offers = {resource: count * pool.nodes.max for resource, count in pool.gpu_resources.items()}
        yield JudgedPool(name, pool.labels, spot, offers)
