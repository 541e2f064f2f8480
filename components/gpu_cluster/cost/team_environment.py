"""Environment of a team's stack: storage classes, and the team's part of the pools."""

from collections.abc import Iterator
from typing import Any

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import Ebs
from gpu_cluster.cost.billable_item import Item
from gpu_cluster.cost.line_item import LineItem
from gpu_cluster.cost.money import Range
from gpu_cluster.cost.teams import TeamCostShare


def storage_classes(stack: Stack) -> Iterator[Item]:
    """The classes of an environment as they would be in its own plan, with what their price depends on."""
    from gpu_cluster.kubernetes.storage import classes_of  # loads the SDK, as the plan has done by then

    scratch = classes_of(stack.storage).scratch
    for name, settings in stack.storage.items():
        disk = isinstance(settings, Ebs)
        parameters = {"iops": str(settings.iops), "throughput": str(settings.throughput)} if disk else {}
        for each in filter(None, (name, scratch.get(name))):
            metadata: dict[str, Any] = {"name": each}
            if settings.default and each == name:
                metadata["annotations"] = {"storageclass.kubernetes.io/is-default-class": "true"}
            provisioner = "ebs.csi.aws.com" if disk else settings.kind
            inputs = {"metadata": metadata, "provisioner": provisioner, "parameters": parameters}
            yield Item("StorageClass", each, inputs)


def part_of_pools(share: TeamCostShare) -> Iterator[LineItem]:
    """A team's part of the nodes of an environment, as lines of its own bill."""
    for pool, monthly in share.by_pool.items():
        what = f"{float(share.pools[pool]) * 100:.0f} % of pool {pool}"
        yield LineItem(what, pool, "nodes", pool, Range.of(1), "quota", monthly, "month")
