"""What a stack costs: every line of it, priced, or everything that could not be."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from gpu_cluster.catalog.price import PriceError
from gpu_cluster.cost import network, nodes, services, storage
from gpu_cluster.cost.free import FREE
from gpu_cluster.cost.item import Item
from gpu_cluster.cost.line import Line, Site
from gpu_cluster.cost.money import total
from gpu_cluster.cost.usage import usage_of

PRICED: Mapping[str, Callable[[Item, Site], Iterable[Line]]] = {
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
    "Job": storage.workload,
    "NodePool": nodes.node_pool,
    "PersistentVolumeClaim": storage.claim,
    "Service": network.load_balancer,
    "StatefulSet": storage.workload,
    "VolumeSnapshotClass": storage.snapshots,
}
"""How what costs something is priced: by Pulumi's type of AWS, by the kind of Kubernetes."""


class CostError(Exception):
    """Something has no price that can be relied on: every such thing at once, one for each line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def priced(
    items: Iterable[Item],
    region: str,
    *,
    day: date,
    usage: Mapping[str, float] | None = None,
    reserved: Mapping[str, int] | None = None,
) -> tuple[Line, ...]:
    """Every line for these resources, in their order. `CostError` where any of them has no price."""
    known = list(items)
    return lines_of(known, site_of(known, region, day=day, usage=usage, reserved=reserved))


def lines_of(items: Iterable[Item], site: Site) -> tuple[Line, ...]:
    """Every line, in the order of the resources. `CostError` where any of them has no price."""
    lines: list[Line] = []
    problems: list[str] = []
    for item in items:
        try:
            lines += _lines(item, site)
        except PriceError as error:
            problems.append(f"{item.kind.rpartition(':')[2]} {item.name}: {error}")
    if problems:
        raise CostError(tuple(problems))
    return tuple(lines)


def worst_case_hourly(items: Iterable[Item], region: str, *, day: date) -> Fraction:
    """US dollars for an hour with every pool and every model at its most. `CostError` as for `priced`.

    float(worst_case_hourly(items_of(graph), "us-east-2", day=date.today()))  # 239.4
    """
    return total([line.hourly for line in priced(items, region, day=day)]).most


def site_of(
    items: Iterable[Item],
    region: str,
    *,
    day: date,
    usage: Mapping[str, float] | None = None,
    reserved: Mapping[str, int] | None = None,
) -> Site:
    """Where resources are priced, with what each has to know of the others.

    `usage`: amounts by assumption; `reserved`: servers that a pool has reserved.
    """
    by_kind: dict[str, list[Item]] = {}
    for item in items:
        by_kind.setdefault(item.kind, []).append(item)
    scanning = by_kind.get("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration", ())
    repositories = by_kind.get("aws:ecr/repository:Repository", ())
    return Site(
        region=region,
        day=day,
        usage=usage or usage_of(),
        reserved=reserved or {},
        templates=dict(_templates(by_kind.get("aws:ec2/launchTemplate:LaunchTemplate", ()))),
        node_classes=dict(_named(by_kind.get("EC2NodeClass", ()))),
        classes=dict(_classes(by_kind.get("StorageClass", ()))),
        scalers=dict(_scalers(by_kind.get("HorizontalPodAutoscaler", ()))),
        repositories=tuple(str(it.inputs.get("name", "")) for it in repositories),
        scanned=any(services.is_scanned(it.inputs) for it in scanning),
    )


def _lines(item: Item, site: Site) -> Iterable[Line]:
    pricing = PRICED.get(item.kind)
    if pricing:
        return pricing(item, replace(site, region=item.inputs.get("region") or site.region))
    if item.kind.startswith("aws:") and item.kind not in FREE:
        raise PriceError("nobody has looked up yet whether it costs anything")
    return ()


def _templates(items: Iterable[Item]) -> Iterator[tuple[str, Item]]:
    for item in items:
        for tagged in item.inputs.get("tagSpecifications", ()):
            pool = tagged.get("tags", {}).get(nodes.POOL_LABEL)
            if pool:
                yield pool, item


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
