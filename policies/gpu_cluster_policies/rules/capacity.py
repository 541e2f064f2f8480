"""Rules for the instances of a stack: types, number, images and capacity blocks."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from gpu_cluster.capacity import POOL_LABEL
from gpu_cluster.catalog import INSTANCES
from gpu_cluster.catalog.today import now, today
from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.pool import (
    INSTANCE_TYPE,
    TEMPLATE_OF,
    gpus_at_most,
    instance_types,
    requirement,
)
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.resources.resource_types import INSTANCES as INSTANCE_KINDS
from gpu_cluster_policies.resources.resource_types import LAUNCH_TEMPLATE, NODE_CLASS, NODE_GROUP, NODE_POOL
from gpu_cluster_policies.rule import Level, Rule, Violation, stack_rule

_SCALING_GROUP = "aws:autoscaling/group:Group"
_SCHEDULE = "aws:autoscaling/schedule:Schedule"

_SCHEDULE_OF = ResourceLink(frozenset({_SCHEDULE}), ("autoscalingGroupName",), frozenset({NODE_GROUP}))
_RESERVATION = ("capacityReservationSpecification", "capacityReservationTarget", "capacityReservationId")
_RELEASE = re.compile(r"\d+\.\d+\.\d+-(\d{8}|[0-9a-f]{8})")
_IMAGE = re.compile(r"ami-[0-9a-f]{8,17}")
_PINNED = re.compile(r"[a-z0-9]+@v\d[\d.]*")


def gpu_budget(context: EvaluationContext) -> Rule:
    """Rule for the GPU limit of the stack's environment."""
    environment = context.environment

    def largest(inventory: Inventory) -> tuple[int, Resource | None]:
        """GPUs of all pools at maximum size, and the pool with the most GPUs."""
        sizes = [
            (gpus_at_most(nodes, inventory, context.instances)[1] or 0, nodes)
            for nodes in inventory.every((NODE_GROUP, NODE_POOL))
        ]
        return sum(size for size, _ in sizes), max(sizes, key=lambda pair: pair[0], default=(0, None))[1]

    @stack_rule(
        77,
        "gpu-budget",
        "GPUs of all pools are within the limit of the environment",
        of=each(NODE_GROUP, NODE_POOL),
        level=Level.MANDATORY,
        references="AWS Well-Architected COST02-BP05",
        fix="lower nodes.max in gpu-cluster:pools.<name>, "
        "or raise gpus of the environment in policies/settings.yaml",
    )
    def judge(nodes: Resource, inventory: Inventory) -> Iterator[Violation]:
        """An autoscaler starts nodes up to the maximum, so a typing error in it becomes cost."""
        limit, gpus = gpus_at_most(nodes, inventory, context.instances)
        if gpus is None:
            yield Violation(limit, "a number, with known GPUs per node")
        elif gpus and environment:  # without one, rule 80 finds the stack
            together, most = inventory.once(largest)
            if together > environment.gpus and nodes is most:
                yield Violation(
                    limit,
                    f"a size such that all pools have at most {environment.gpus} GPUs",
                    actual=f"{limit.shown}, and all pools have {together} GPUs",
                )

    return judge


_SERVERS = each(NODE_GROUP, NODE_POOL, LAUNCH_TEMPLATE, *INSTANCE_KINDS, _SCALING_GROUP)


def _named_types(servers: Resource, inventory: Inventory) -> Iterable[Property]:
    """Properties that contain instance types."""
    match servers.kind:
        case "NodePool":
            unnamed = servers.missing(f"requirement of {INSTANCE_TYPE}")
            return list(requirement(servers, INSTANCE_TYPE)) or (unnamed,)
        case "aws:eks/nodeGroup:NodeGroup":
            own = list(servers.at("instanceTypes").items())
            # The type in its template is judged where it stands.
            return own or (() if instance_types(servers, inventory) else (servers.at("instanceTypes"),))
        case "aws:autoscaling/group:Group":
            overrides = servers.at("mixedInstancesPolicy", "launchTemplate", "overrides")
            return [override.at("instanceType") for override in overrides.items()]
        case "aws:ec2/launchTemplate:LaunchTemplate":
            kind = servers.at("instanceType")
            return (kind,) if kind.value else ()
        case _:
            return (servers.at("instanceType"),)


def allowed_instances(context: EvaluationContext) -> Rule:
    """Rule for the instance types of the stack's environment."""
    allowed = ", ".join(context.environment.instances) if context.environment else "any"

    @stack_rule(
        79,
        "allowed-instances",
        "Instance types are allowed in the environment",
        of=_SERVERS,
        level=Level.MANDATORY,
        references="AWS Well-Architected COST02-BP05; SUS05-BP02",
        fix="choose another instance in gpu-cluster:pools.<name>, or add the type to instances of the "
        "environment in policies/settings.yaml",
    )
    def judge(servers: Resource, inventory: Inventory) -> Iterator[Violation]:
        """A typing error can raise the price a hundredfold, and a type outside the catalog has no price, no
        GPUs and no image."""
        for kind in _named_types(servers, inventory):
            if kind.text not in context.instances:
                yield Violation(kind, f"a catalog type that is one of {allowed}")
            elif context.environment and not context.allows_instance(kind.text):  # without one, see rule 80
                yield Violation(kind, f"one of {allowed}")

    return judge


def capacity_blocks(context: EvaluationContext) -> Rule:
    """Rule for the remaining days of capacity blocks."""
    least = today() + timedelta(days=context.settings.capacity_block_days)

    @stack_rule(
        84,
        "capacity-blocks",
        "Capacity blocks are named, last for some days, and are drained before they end",
        of=each(NODE_GROUP),
        level=Level.MANDATORY,
        references="Amazon EKS user guide: capacity-blocks-mng; eksctl #8155",
        fix="set id and ends of the block in gpu-cluster:pools.<name>.capacity.capacityBlock; "
        f"buy the next one before the last {context.settings.capacity_block_days} days",
    )
    def judge(group: Resource, inventory: Inventory) -> Iterator[Violation]:
        """AWS terminates the instances of a block with their pods; a group without its block starts no
        instances."""
        if group.at("capacityType").text != "CAPACITY_BLOCK":
            return
        reservations = [template.at(*_RESERVATION) for template in inventory.targets(group, TEMPLATE_OF)]
        for reservation in reservations or [group.at("launchTemplate")]:
            if not reservation.text.startswith("cr-"):
                yield Violation(reservation, "the id of the capacity block")
        drains = [each for each in inventory.linked(group, _SCHEDULE_OF) if each.at("maxSize").value == 0]
        if not drains:
            yield Violation(
                group.missing("schedule that terminates its nodes"),
                "before the block ends",
                actual=_undrained(group, context),
            )
        for drain in drains:
            start = drain.at("startTime")
            if start.text[:10] < least.isoformat():
                yield Violation(start, f"{context.settings.capacity_block_days} days from now, or later")

    return judge


def _undrained(group: Resource, context: EvaluationContext) -> str:
    """Why a group has no schedule: a plan has none once the drain has begun."""
    pool = context.file.pools.get(group.at("labels", POOL_LABEL).text) if context.file else None
    block = pool.capacity.capacity_block if pool else None
    if block and block.drain <= now():
        return f"missing, because the drain began at {block.drain:%Y-%m-%dT%H:%MZ}"
    return "missing"


@stack_rule(
    85,
    "pinned-images",
    "Node images are pinned to a release, with drivers on GPU nodes",
    of=each(NODE_GROUP, NODE_CLASS),
    level=Level.MANDATORY,
    references="pulumi-eks #862; amazon-eks-ami #2554; Amazon EKS user guide: ml-eks-optimized-ami",
    fix="remove gpu-cluster:pools.<name>.ami, or set a release there; the catalog has one per Kubernetes "
    "version",
)
def pinned_images(nodes: Resource, inventory: Inventory) -> Iterator[Violation]:
    """An unpinned release replaces nodes during a run; without drivers, a node has no usable GPU."""
    if nodes.kind == NODE_CLASS:
        yield from _selected_images(nodes)
        return
    image = nodes.at("amiType")
    if image.text == "CUSTOM":
        for template in inventory.targets(nodes, TEMPLATE_OF):
            if not _IMAGE.fullmatch(template.at("imageId").text):
                yield Violation(template.at("imageId"), "an image ID")
        return
    release = nodes.at("releaseVersion")
    if not _RELEASE.fullmatch(release.text):
        yield Violation(release, "a release such as 1.35.4-20260818")
    types = (INSTANCES.get(kind.text) for kind in instance_types(nodes, inventory))
    if any(instance and instance.gpus for instance in types) and "NVIDIA" not in image.text:
        yield Violation(image, "a type with NVIDIA in its name")


def _selected_images(node_class: Resource) -> Iterator[Violation]:
    context = node_class.at("spec", "amiSelectorTerms")
    if not context.value:
        yield Violation(context, "an alias with a release, such as al2023@v20260714")
    for term in context.items():
        alias, image = term.at("alias"), term.at("id")
        if not _PINNED.fullmatch(alias.text) and not _IMAGE.fullmatch(image.text):
            yield Violation(
                image if image.value else alias, "an alias with a release, such as al2023@v20260714, or an ID"
            )
