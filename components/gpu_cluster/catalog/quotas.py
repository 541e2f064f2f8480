"""Default quotas of an AWS account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gpu_cluster.catalog.instances import Instance
from gpu_cluster.catalog.source import Source

QUOTA_SOURCES = {
    "servers": Source("Amazon EC2 developer guide, instance type quotas", date(2026, 8, 22)),
    "network": Source("getmoto/moto 5.2.5, default quotas of vpc", date(2026, 11, 21)),
    "the rest": Source("ListAWSDefaultServiceQuotas of ebs, ec2, eks, efs, fsx and s3", date(2026, 8, 22)),
}


@dataclass(frozen=True, slots=True)
class Quota:
    service: str
    """As Service Quotas calls it: ec2, vpc, elasticfilesystem."""

    code: str
    """In Service Quotas, such as L-1216C47A."""

    default: int
    """The default of an account."""

    unit: str
    """Unit, such as vCPUs; empty where the name says it."""

    name: str
    """In the words of Service Quotas."""


def on_demand_quota(instance: Instance) -> Quota:
    """Quota of servers on demand and of capacity reservations: vCPUs by family."""
    return QUOTAS[f"on-demand-{_family(instance)}"]


def spot_quota(instance: Instance) -> Quota | None:
    """Quota of spot servers: vCPUs; None for families that no published quota names."""
    family = _family(instance)
    return QUOTAS.get(f"spot-{instance.name[:2] if family == 'p' else family}")


def capacity_block_quota(instance: Instance) -> Quota | None:
    """Quota of servers in capacity blocks: vCPUs; None where no published quota names them."""
    return QUOTAS.get(f"capacity-block-{instance.name.partition('.')[0]}")


def _family(instance: Instance) -> str:
    first = instance.name[0]
    return first if first in "gp" else "standard"


# key                  service            code       default  unit   name
_TABLE = """
on-demand-standard     ec2               L-1216C47A       5  vCPUs  Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances
on-demand-g            ec2               L-DB2E81BA       0  vCPUs  Running On-Demand G and VT instances
on-demand-p            ec2               L-417A185B       0  vCPUs  Running On-Demand P instances
spot-standard          ec2               L-34B43A08       5  vCPUs  All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests
spot-g                 ec2               L-3819A6DF       0  vCPUs  All G and VT Spot Instance Requests
spot-p4                ec2               L-7212CCBC       0  vCPUs  All P4, P3 and P2 Spot Instance Requests
spot-p5                ec2               L-C4BD4855       0  vCPUs  All P5 Spot Instance Requests
capacity-block-p4d     ec2               L-2C8F52B3       0  vCPUs  Concurrent P4d Capacity Blocks per account
capacity-block-p5      ec2               L-DA6814F2       0  vCPUs  Concurrent P5 Capacity Blocks per account
capacity-block-p5e     ec2               L-C45F30BC       0  vCPUs  Concurrent P5e Capacity Blocks per account
capacity-block-p5en    ec2               L-4F9BB70B       0  vCPUs  Concurrent P5en Capacity Blocks per account
elastic-ips            ec2               L-0263D0A3       5  -      EC2-VPC Elastic IPs
vpcs                   vpc               L-F678F1CE       5  -      VPCs per Region
internet-gateways      vpc               L-A4707A72       5  -      Internet gateways per Region
egress-only-gateways   vpc               L-45FE3B85       5  -      Egress-only internet gateways per Region
nat-gateways           vpc               L-FE5A380F       5  -      NAT gateways per Availability Zone
interface-endpoints    vpc               L-29B6F2EB      50  -      Interface VPC endpoints per VPC
ranges                 vpc               L-83CA0A9D       5  -      IPv4 CIDR blocks per VPC
clusters               eks               L-1194D53C     100  -      Clusters
node-groups            eks               L-6D54EA21      30  -      Managed node groups per cluster
nodes-of-a-group       eks               L-BD136A63     450  -      Nodes per managed node group
gp3-volumes            ebs               L-7A658B76      50  TiB    Storage for General Purpose SSD (gp3) volumes, in TiB
efs-file-systems       elasticfilesystem L-848C634D    1000  -      File systems per account
lustre-file-systems    fsx               L-FD6F2F22     100  -      Lustre Persistent_2 file systems
lustre-storage         fsx               L-8F1B9C74  100800  GiB    Lustre Persistent_2 storage capacity
buckets                s3                L-DC2B2D3D   10000  -      General purpose buckets
"""  # noqa: E501  (the name of a quota is as long as it is)


def _quotas() -> dict[str, Quota]:
    rows = (line.split(maxsplit=5) for line in filter(None, _TABLE.splitlines()))
    return {
        key: Quota(service, code, int(default), unit.replace("-", ""), name)
        for key, service, code, default, unit, name in rows
    }


QUOTAS: Mapping[str, Quota] = _quotas()
"""Every quota that a stack counts against, by a short name."""
