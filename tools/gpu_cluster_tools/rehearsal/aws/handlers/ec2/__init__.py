"""EC2 operations used by controllers that launch instances themselves."""

from collections.abc import Mapping

from gpu_cluster_tools.rehearsal.aws.handlers.ec2 import capacity_reservations, fleets, images, instance_types
from gpu_cluster_tools.rehearsal.aws.router import Operation

OPERATIONS: Mapping[str, Operation] = {
    "CreateFleet": fleets.create,
    "DescribeCapacityReservations": capacity_reservations.describe,
    "DescribeImages": images.describe,
    "DescribeInstanceTypes": instance_types.describe,
    "DescribeInstanceTypeOfferings": instance_types.offerings,
    "DescribeSpotPriceHistory": instance_types.spot_prices,
}
