"""The bill of a stack: every line that has a price, and what has none."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from gpu_cluster.catalog.price import PriceError
from gpu_cluster.cost.assumptions import usage_of
from gpu_cluster.cost.billable_item import Item
from gpu_cluster.cost.by_resource import network, nodes, services, storage
from gpu_cluster.cost.line_item import Entry, LineItem, PricingContext
from gpu_cluster.cost.money import Range, total
from gpu_cluster.cost.prices import CATALOG, Prices
from gpu_cluster.cost.unpriced import Missing, Unpriced, by_cause
from gpu_cluster.cost.unpriced_types import FREE

PRICED: Mapping[str, Callable[[Item, PricingContext], Iterable[Entry]]] = {
    "aws:backup/plan:Plan": storage.backup_plan,
    "aws:cloudwatch/logGroup:LogGroup": services.log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": services.alarm,
    "aws:ec2/eip:Eip": network.address,
    "aws:ec2/natGateway:NatGateway": network.nat_gateway,
    "aws:ec2/vpcEndpoint:VpcEndpoint": network.endpoint,
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": services.mirror,
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": services.replication,
    "aws:ecr/repository:Repository": services.repository,
    "aws:efs/fileSystem:FileSystem": storage.file_system,
    "aws:eks/cluster:Cluster": services.cluster,
    "aws:eks/nodeGroup:NodeGroup": nodes.node_group,
    "aws:fsx/lustreFileSystem:LustreFileSystem": storage.lustre,
    "aws:kms/key:Key": services.key,
    "aws:s3/bucket:Bucket": storage.bucket,
    "aws:secretsmanager/secret:Secret": services.secret,
    "aws:sqs/queue:Queue": services.queue,
    "Deployment": storage.workload,
    "EnvoyProxy": network.gateway,
    "Gateway": network.other_gateway,
    "Job": storage.workload,
    "NodePool": nodes.node_pool,
    "PersistentVolumeClaim": storage.claim,
    "Service": network.load_balancer,
    "StatefulSet": storage.workload,
    "VolumeSnapshotClass": storage.snapshots,
}
"""Pricing function by resource type."""

_OF_POOLS = {"aws:eks/nodeGroup:NodeGroup": nodes.POOL_LABEL, "NodePool": "name"}
"""Kinds that are a node pool, and the label or property with its name."""


@dataclass(frozen=True, slots=True)
class Bill:
    """Line items with a price, and reasons for missing prices."""

    lines: tuple[LineItem, ...]
    missing: tuple[Missing, ...] = ()
    """Sorted, once per cause; the total is complete if there is none."""

    @property
    def hourly(self) -> Range:
        return total([line.hourly for line in self.lines])


def priced(
    items: Iterable[Item],
    region: str,
    *,
    day: date,
    usage: Mapping[str, float] | None = None,
    reserved: Mapping[str, int] | None = None,
    prices: Prices = CATALOG,
) -> Bill:
    """The bill for these resources, its lines in their order.

    float(priced(items_of(graph), "us-east-2", day=date.today()).hourly.most)  # 239.4
    """
    known = list(items)
    return bill_of(
        known, pricing_context(known, region, day=day, usage=usage, reserved=reserved, prices=prices)
    )


def bill_of(items: Iterable[Item], context: PricingContext) -> Bill:
    lines: list[LineItem] = []
    unpriced: list[Unpriced] = []
    for item in items:
        for entry in _entries(item, context):
            if isinstance(entry, LineItem):
                lines.append(entry)
            else:
                unpriced.append(entry)
    return Bill(tuple(lines), by_cause(unpriced))


def pricing_context(
    items: Iterable[Item],
    region: str,
    *,
    day: date,
    usage: Mapping[str, float] | None = None,
    reserved: Mapping[str, int] | None = None,
    prices: Prices = CATALOG,
) -> PricingContext:
    """Pricing context of resources.

    `usage`: amounts by assumption; `reserved`: servers that a pool has reserved.
    """
    by_kind: dict[str, list[Item]] = {}
    for item in items:
        by_kind.setdefault(item.kind, []).append(item)
    scanning = by_kind.get("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration", ())
    repositories = by_kind.get("aws:ecr/repository:Repository", ())
    return PricingContext(
        region=region,
        day=day,
        usage=usage or usage_of(),
        prices=prices,
        reserved=reserved or {},
        templates=dict(_templates(by_kind.get("aws:ec2/launchTemplate:LaunchTemplate", ()))),
        node_classes=dict(_named(by_kind.get("EC2NodeClass", ()))),
        classes=dict(_classes(by_kind.get("StorageClass", ()))),
        scalers=dict(_scalers(by_kind.get("HorizontalPodAutoscaler", ()))),
        repositories=tuple(str(it.inputs.get("name", "")) for it in repositories),
        disk_backups=frozenset(_disk_backups(by_kind.get("aws:backup/selection:Selection", ()))),
        scanned=any(services.is_scanned(it.inputs) for it in scanning),
    )


def _entries(item: Item, context: PricingContext) -> Iterator[Entry]:
    """Lines up to the first property that a price depends on and that is missing."""
    pricing = PRICED.get(item.kind)
    try:
        if pricing:
            yield from pricing(item, replace(context, region=item.inputs.get("region") or context.region))
        elif item.kind.startswith("aws:") and item.kind not in FREE:
            yield Unpriced(f"no price for {item.kind}, which is not in the catalog", item.name)
    except PriceError as error:
        yield Unpriced(f"{item.kind.rpartition(':')[2]}: {error}", item.name, _pool(item))


def _pool(item: Item) -> str | None:
    """Node pool of a node group or a NodePool."""
    named = item.inputs.get("labels" if item.kind.endswith(":NodeGroup") else "metadata")
    if item.kind not in _OF_POOLS or not isinstance(named, Mapping):
        return None
    return cast(Mapping[str, str], named).get(_OF_POOLS[item.kind])


def _templates(items: Iterable[Item]) -> Iterator[tuple[str, Item]]:
    for item in items:
        for tagged in item.inputs.get("tagSpecifications", ()):
            pool = tagged.get("tags", {}).get(nodes.POOL_LABEL)
            if pool:
                yield pool, item


def _disk_backups(items: Iterable[Item]) -> Iterator[str]:
    """A selection has the name of its plan with `-files` after it (aws/stores/backups.py)."""
    for item in items:
        arns = [str(arn) for arn in item.inputs.get("resources", ())]
        if arns and all(":ec2:" in arn and ":volume/" in arn for arn in arns):
            yield item.name.removesuffix("-files")


def _named(items: Iterable[Item]) -> Iterator[tuple[str, Item]]:
    for item in items:
        yield item.inputs["metadata"]["name"], item


def _classes(items: Iterable[Item]) -> Iterator[tuple[str, Item]]:
    for name, item in _named(items):
        yield name, item
        annotations = item.inputs["metadata"].get("annotations", {})
        if annotations.get("storageclass.kubernetes.io/is-default-class") == "true":
            yield "", item


def _scalers(items: Iterable[Item]) -> Iterator[tuple[tuple[str, str], Item]]:
    for item in items:
        namespace = item.inputs["metadata"].get("namespace", "")
        yield (namespace, item.inputs["spec"]["scaleTargetRef"]["name"]), item
