"""Availability zones of this account: where EKS runs control planes, and where services have endpoints."""

from collections.abc import Iterator, Sequence

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.network import NetworkSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.zone import is_local
from gpu_cluster_tools.doctor.aws import Aws, AwsCallError
from gpu_cluster_tools.doctor.check import Check, Group

_OFFERINGS = Group("offerings")
_CONTROL_PLANE, _ENDPOINTS = "control plane", "endpoints"
_CONTROL_PLANE_ZONES = 2
_REFUSED = frozenset(("cac1-az3", "use1-az3", "usw1-az2"))
"""Zones in which EKS accepts no subnet of a control plane: UnsupportedAvailabilityZoneException.

Source: Amazon EKS user guide, network-reqs, "Subnet requirements for clusters", 2026-11-30.
"""


def zones(stack: Stack, aws: Aws | None) -> Iterator[Check]:
    """Fails if a zone of the stack lacks a required service or offering. `UnreachableError` as of `Aws.call`.

    Names of zones differ between accounts, so only the account can tell.
    """
    if not isinstance(stack.cluster, EksSettings) or stack.network is None:
        return
    if aws is None:
        yield _OFFERINGS.skip(
            _CONTROL_PLANE, "the zones of the account can only be checked with AWS credentials"
        )
        return
    regional = [zone for zone in stack.network.every_zone if not is_local(zone)]
    try:
        yield _control_plane(regional[:_CONTROL_PLANE_ZONES], aws)
        if not stack.network.existing and stack.network.endpoints:
            yield _endpoints(stack.network, aws)
    except AwsCallError as error:
        yield _OFFERINGS.skip(_CONTROL_PLANE, str(error))


def _control_plane(names: Sequence[str], aws: Aws) -> Check:
    found = aws.call("ec2", "describe_availability_zones", ZoneNames=list(names))["AvailabilityZones"]
    ids = {zone["ZoneName"]: zone["ZoneId"] for zone in found}
    refused = [f"{name} ({id})" for name, id in ids.items() if id in _REFUSED]
    if refused:
        return _OFFERINGS.fail(
            _CONTROL_PLANE,
            f"EKS runs no control plane in {' and '.join(refused)}",
            "gpu-cluster:network.zones: another zone among the first two",
        )
    return _OFFERINGS.ok(_CONTROL_PLANE, f"EKS runs control planes in {' and '.join(names)}")


def _endpoints(network: NetworkSettings, aws: Aws) -> Check:
    names = {f"com.amazonaws.{aws.region}.{service}": str(service) for service in sorted(network.endpoints)}
    offered = aws.all_of(
        "ec2", "describe_vpc_endpoint_services", "ServiceDetails", ServiceNames=sorted(names)
    )
    where = {it["ServiceName"]: set(it.get("AvailabilityZones", [])) for it in offered}
    missing = [
        f"{service} in {' and '.join(lacking)}"
        for name, service in names.items()
        if name in where and (lacking := [zone for zone in network.zones if zone not in where[name]])
    ]
    if missing:
        return _OFFERINGS.fail(
            _ENDPOINTS,
            f"AWS has no interface endpoint of {', '.join(missing)}",
            "gpu-cluster:network: zones without the zone, or endpoints without the service",
        )
    return _OFFERINGS.ok(_ENDPOINTS, f"{len(where)} services have interface endpoints in every zone")
