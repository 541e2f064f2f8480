"""Default quotas of an AWS account."""

from collections.abc import Mapping
from dataclasses import dataclass

from gpu_cluster.catalog.instances import Instance
from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.table_files import rows_of, sources_of

QUOTA_SOURCES: Mapping[str, Source] = sources_of("quotas")


@dataclass(frozen=True, slots=True)
class Quota:
    service: str
    """Service code in Service Quotas: ec2, vpc, elasticfilesystem."""

    code: str
    """Quota code in Service Quotas, such as L-1216C47A."""

    default: int
    """The default of an account."""

    unit: str
    """Unit, such as vCPUs; empty where the name says it."""

    name: str
    """Quota name in Service Quotas."""


def on_demand_quota(instance: Instance) -> Quota:
    """Quota of servers on demand and of capacity reservations: vCPUs by family."""
    return QUOTAS[f"on-demand-{_family(instance)}"]


def spot_quota(instance: Instance) -> Quota | None:
    """vCPU quota of spot instances; None for families without a published quota."""
    family = _family(instance)
    return QUOTAS.get(f"spot-{instance.name[:2] if family == 'p' else family}")


def capacity_block_quota(instance: Instance) -> Quota | None:
    """Quota of servers in capacity blocks: vCPUs; None where no published quota names them."""
    return QUOTAS.get(f"capacity-block-{instance.name.partition('.')[0]}")


def _family(instance: Instance) -> str:
    first = instance.name[0]
    return first if first in "gp" else "standard"


QUOTAS: Mapping[str, Quota] = {
    row["key"]: Quota(row["service"], row["code"], int(row["default"]), row["unit"], row["name"])
    for row in rows_of("quotas")
}
"""Every quota that a stack counts against, by a short name."""
