"""The control plane, images, keys, secrets, logs, alarms and queues."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from gpu_cluster.catalog.kubernetes_versions import KUBERNETES_VERSIONS
from gpu_cluster.catalog.price import PriceError
from gpu_cluster.cost.billable_item import Item
from gpu_cluster.cost.by_resource.network import traffic
from gpu_cluster.cost.line_item import Entry, PricingContext

_DAYS = 30
_RESCANS = 30  # with continuous scanning: about once a day


def cluster(item: Item, context: PricingContext) -> Iterator[Entry]:
    version = KUBERNETES_VERSIONS.get(str(item.at("version")))
    if version is None:
        raise PriceError(f"expected a Kubernetes version that EKS supports, got {item.at('version')}")
    extended = context.day > version.standard_until
    service, what = (
        ("control-plane-extended", f"control plane, Kubernetes {version.name} in extended support")
        if extended
        else ("control-plane", "control plane")
    )
    yield context.line(item, service, part="control plane", what=what, unit="cluster")
    tier = item.inputs.get("controlPlaneScalingConfig", {}).get("tier", "standard")
    if tier != "standard":
        yield context.line(item, tier, part="control plane", what=f"control plane, {tier}", unit="cluster")
    if item.inputs.get("remoteNetworkConfig"):
        yield context.used(item, "hybrid-cpu", "hybrid-cpus", part="control plane", what="hybrid nodes")
    yield from traffic(item, context)


def repository(item: Item, context: PricingContext) -> Iterator[Entry]:
    yield context.used(item, "ecr", "image-gb", part="registry", what="images")
    if context.scanned:
        yield context.used(item, "image-scan", "image-pushes", part="registry", what="images, first scan")
        yield context.used(
            item,
            "image-rescan",
            "image-pushes",
            part="registry",
            what="images, scanned again",
            times=_RESCANS,
        )


def mirror(item: Item, context: PricingContext) -> Iterator[Entry]:
    """ECR creates repositories for mirrored images on the first pull."""
    yield context.used(item, "ecr", "cached-gb", part="registry", what="mirrored images")


def replication(item: Item, context: PricingContext) -> Iterator[Entry]:
    """Copies of images in other regions, and their transfer."""
    for rule in item.at("replicationConfiguration.rules"):
        prefixes = [it["filter"] for it in rule.get("repositoryFilters", [])] or [""]
        copied = sum(any(name.startswith(prefix) for prefix in prefixes) for name in context.repositories)
        for destination in rule["destinations"]:
            region: str = destination["region"]
            amount = context.usage["image-gb"] * copied
            yield context.line(
                item,
                "ecr",
                part="registry",
                what=f"copies of images in {region}",
                unit="GB",
                quantity=amount,
                region=region,
            )
            yield context.line(
                item,
                "other-region-gb",
                part="registry",
                what=f"images sent to {region}",
                unit="GB",
                quantity=amount,
            )


def key(item: Item, context: PricingContext) -> Iterator[Entry]:
    yield context.line(item, "key", part="keys", what="key", unit="key")
    yield context.used(item, "key-requests", "key-requests", part="keys", what="key, requests")


def secret(item: Item, context: PricingContext) -> Iterator[Entry]:
    yield context.line(item, "secret", part="keys", what="secret", unit="secret")


def log_group(item: Item, context: PricingContext) -> Iterator[Entry]:
    days = item.inputs.get("retentionInDays")
    if not days:
        raise PriceError("expected retentionInDays, because logs without expiry have no monthly price")
    yield context.used(item, "log-written", "log-gb", part="logs", what="logs written")
    months = Fraction(int(days), _DAYS)
    yield context.used(
        item, "log-kept", "log-gb", part="logs", what=f"logs kept {int(days)} days", times=months
    )


def alarm(item: Item, context: PricingContext) -> Iterator[Entry]:
    yield context.line(item, "alarm", part="logs", what="alarm", unit="alarm")


def queue(item: Item, context: PricingContext) -> Iterator[Entry]:
    yield context.used(item, "queue-requests", "queue-requests", part="queues", what="queue, requests")


def is_scanned(scanning: Mapping[str, Any]) -> bool:
    return scanning.get("scanType") == "ENHANCED"
