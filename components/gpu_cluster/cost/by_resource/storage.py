"""File systems, buckets, backups, and the volumes that workloads claim."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from gpu_cluster.capacity import POOL_LABEL
from gpu_cluster.catalog.price import PriceError
from gpu_cluster.config.quantity import amount
from gpu_cluster.cost.billable_item import Item
from gpu_cluster.cost.by_resource.nodes import volume
from gpu_cluster.cost.line_item import Entry, PricingContext
from gpu_cluster.cost.money import Range

_PART = "storage"
_GIB = 1024**3
_EBS = "ebs.csi.aws.com"


def file_system(item: Item, context: PricingContext) -> Iterator[Entry]:
    """EFS data at the price of the Standard class; Infrequent Access costs less."""
    yield context.used(item, "efs", "file-gb", part=_PART, what="EFS")
    if item.inputs.get("throughputMode") == "elastic":
        yield context.used(item, "efs-read", "file-read-gb", part=_PART, what="EFS, reads")
        yield context.used(item, "efs-write", "file-written-gb", part=_PART, what="EFS, writes")


def lustre(item: Item, context: PricingContext) -> Iterator[Entry]:
    throughput = int(item.number("perUnitStorageThroughput"))
    what = f"FSx for Lustre, {throughput} MB/s for each TiB"
    quantity = item.number("storageCapacity")
    yield context.line(item, f"lustre-{throughput}", part=_PART, what=what, unit="GiB", quantity=quantity)


def bucket(item: Item, context: PricingContext) -> Iterator[Entry]:
    yield context.used(item, "s3", "bucket-gb", part=_PART, what="S3")
    yield context.used(item, "s3-reads", "bucket-reads", part=_PART, what="S3, reads")
    yield context.used(item, "s3-writes", "bucket-writes", part=_PART, what="S3, writes")


def backup_plan(item: Item, context: PricingContext) -> Iterator[Entry]:
    """Backups of disks cost what their snapshots do, in AWS Backup too."""
    service = "snapshot" if item.name in context.disk_backups else "efs-backup"
    yield context.used(item, service, "backup-gb", part=_PART, what="backups")
    for number, rule in enumerate(item.inputs.get("rules", ())):
        for copy in range(len(rule.get("copyActions") or ())):
            vault = str(item.at(f"rules.{number}.copyActions.{copy}.destinationVaultArn"))
            there = replace(context, region=vault.split(":")[3])
            what = f"copies of backups in {there.region}"
            yield there.used(item, service, "backup-gb", part=_PART, what=what)
            what = f"backups sent to {there.region}"
            yield context.used(item, "other-region-gb", "backup-sent-gb", part=_PART, what=what)


def snapshots(item: Item, context: PricingContext) -> Iterator[Entry]:
    if item.inputs.get("driver") == _EBS:
        yield context.used(item, "snapshot", "snapshot-gb", part=_PART, what="snapshots of disks")


def claim(item: Item, context: PricingContext) -> Iterator[Entry]:
    yield from _claimed(item, item.inputs.get("spec", {}), Range.of(1), None, context)


def workload(item: Item, context: PricingContext) -> Iterator[Entry]:
    """The volumes that each of its pods has to itself."""
    pod: Mapping[str, Any] = item.at("spec.template.spec")
    templates = [
        it["ephemeral"]["volumeClaimTemplate"]["spec"] for it in pod.get("volumes", []) if "ephemeral" in it
    ]
    templates += [it["spec"] for it in item.inputs["spec"].get("volumeClaimTemplates", [])]
    pool = pod.get("nodeSelector", {}).get(POOL_LABEL)
    for template in templates:
        yield from _claimed(item, template, replicas(item, context), pool, context)


def replicas(item: Item, context: PricingContext) -> Range:
    """Range of pods of a workload, by its autoscaler."""
    metadata: Mapping[str, Any] = item.inputs.get("metadata", {})
    scaler = context.scalers.get((metadata.get("namespace", ""), metadata.get("name", "")))
    if scaler is None:
        spec: Mapping[str, Any] = item.inputs.get("spec", {})
        return Range.of(float(spec.get("replicas", spec.get("parallelism", 1))))
    return Range.of(float(scaler.inputs["spec"].get("minReplicas", 1)), scaler.number("spec.maxReplicas"))


def _claimed(
    item: Item, spec: Mapping[str, Any], count: Range, pool: str | None, context: PricingContext
) -> Iterator[Entry]:
    """A disk for each claim of an EBS class; EFS and single volumes are priced elsewhere."""
    name = spec.get("storageClassName")
    if name == "":
        return  # of a volume that is there already
    found = context.classes.get(name or "")
    if found is None:
        raise PriceError(f"expected a storage class, which determines the cost, got {name or 'no default'}")
    if found.inputs.get("provisioner") != _EBS:
        return
    parameters: Mapping[str, str] = found.inputs.get("parameters", {})
    gib = Range.of(float(amount(str(spec["resources"]["requests"]["storage"])) / _GIB))
    yield from volume(
        item,
        gib,
        count,
        float(parameters.get("iops", 0)),
        float(parameters.get("throughput", 0)),
        context,
        part=_PART,
        pool=pool,
        what=f"disk of class {found.inputs['metadata']['name']}",
    )
