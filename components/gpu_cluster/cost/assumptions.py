"""Assumptions that a bill depends on and no stack file states: hours, traffic, logs, how full stores are."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gpu_cluster.stack.suggestions import did_you_mean, one_of

HOURS_PER_MONTH = 730
"""Hours of a month in the AWS pricing calculator."""


@dataclass(frozen=True, slots=True)
class Assumption:
    name: str
    amount: float
    """Assumed amount per resource, per month or as a monthly average."""

    unit: str
    meaning: str


_ALL = (
    Assumption("nat-gb", 200, "GB", "through each NAT gateway"),
    Assumption("endpoint-gb", 50, "GB", "through each interface endpoint"),
    Assumption("zone-gb", 500, "GB", "between zones"),
    Assumption("internet-gb", 100, "GB", "from the cluster to the internet"),
    Assumption("balancer-gb", 100, "GB", "through each load balancer"),
    Assumption("log-gb", 30, "GB", "written to each log group"),
    Assumption("file-gb", 200, "GB", "in each file system of EFS"),
    Assumption("file-read-gb", 200, "GB", "read from each elastic file system"),
    Assumption("file-written-gb", 50, "GB", "written to each elastic file system"),
    Assumption("backup-gb", 400, "GB", "of backups retained by each plan"),
    Assumption("backup-sent-gb", 100, "GB", "of changes copied to another region by each plan"),
    Assumption("snapshot-gb", 0, "GB", "of snapshots of disks"),
    Assumption("bucket-gb", 1000, "GB", "in each bucket, with old versions"),
    Assumption("bucket-reads", 1000, "thousands", "of reads of each bucket"),
    Assumption("bucket-writes", 100, "thousands", "of writes to each bucket"),
    Assumption("image-gb", 15, "GB", "of images in each repository"),
    Assumption("cached-gb", 30, "GB", "of images from each mirrored registry"),
    Assumption("image-pushes", 8, "images", "pushed to each scanned repository"),
    Assumption("key-requests", 20, "ten thousands", "of requests to each key"),
    Assumption("queue-requests", 1, "millions", "of requests to each queue"),
    Assumption("hybrid-cpus", 192, "vCPUs", "of nodes outside AWS, if any"),
)

ASSUMPTIONS: Mapping[str, Assumption] = MappingProxyType({it.name: it for it in _ALL})


class UsageError(ValueError):
    """An assumption that there is none of, or an amount that is none."""


def usage_of(given: Mapping[str, str] | None = None) -> dict[str, float]:
    """Amounts of all assumptions; given values override defaults. `UsageError` lists all errors.

    usage_of({"nat-gb": "500"})["nat-gb"]  # 500.0
    """
    usage = {name: it.amount for name, it in ASSUMPTIONS.items()}
    wrong: list[str] = []
    for name, text in (given or {}).items():
        if name not in ASSUMPTIONS:
            near = did_you_mean(name, ASSUMPTIONS) or f"; expected {one_of(ASSUMPTIONS)}"
            wrong.append(f"unknown assumption '{name}'{near}")
        elif (amount := _amount(text)) is None:
            wrong.append(f"expected {name} to be a number of {ASSUMPTIONS[name].unit}, got '{text}'")
        else:
            usage[name] = amount
    if wrong:
        raise UsageError("\n".join(wrong))
    return usage


def _amount(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < 1e12 else None
