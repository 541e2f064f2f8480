"""Offerings of the region: instance types in the zones of their pools, Kubernetes, images, reservations."""

import re
from collections.abc import Iterator
from typing import Any

from gpu_cluster.capacity import Pool, ami_release, pools_of
from gpu_cluster.catalog import zones_with
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.pool_capacity import Reservation
from gpu_cluster.config.pools import AmiFamily
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.aws import Aws, AwsCallError
from gpu_cluster_tools.doctor.check import Check, Group

_OFFERINGS = Group("offerings")


def offerings(stack: Stack, aws: Aws | None) -> Iterator[Check]:
    """Checks of offerings by the AWS API, or by the catalog without AWS access.

    `UnreachableError` where the account does not answer.
    """
    if not isinstance(stack.cluster, EksSettings):
        return
    pools = pools_of(stack)
    if aws is None:
        yield from (_in_catalog(pool, stack.region or "") for pool in pools.values())
        return
    yield from _in_zones(pools, aws)
    yield _kubernetes(stack.cluster.version, aws)
    yield from _images(stack, stack.cluster.version, pools, aws)
    for name, settings in stack.pools.items():
        if settings.capacity.reserved:
            yield _reservation(pools[name], settings.capacity.reserved, aws)


def _in_catalog(pool: Pool, region: str) -> Check:
    zones = zones_with(pool.machine, region)
    if zones is None:
        return _OFFERINGS.skip(pool.name, f"the catalog has no data for {pool.machine} in {region}")
    return _OFFERINGS.ok(
        pool.name, f"{pool.machine} is offered in {len(zones)} zones of {region}, according to the catalog"
    )


def _in_zones(pools: dict[str, Pool], aws: Aws) -> Iterator[Check]:
    """Zones by the names that this account has for them."""
    types = sorted({pool.machine for pool in pools.values()})
    try:
        offered = aws.all_of(
            "ec2",
            "describe_instance_type_offerings",
            "InstanceTypeOfferings",
            LocationType="availability-zone",
            Filters=[{"Name": "instance-type", "Values": types}],
        )
    except AwsCallError as error:
        yield _OFFERINGS.skip("instance types", str(error))
        return
    zones: dict[str, set[str]] = {machine: set() for machine in types}
    for it in offered:
        zones[it["InstanceType"]].add(it["Location"])
    for pool in pools.values():
        missing = [zone for zone in pool.zones if zone not in zones[pool.machine]]
        there = f"it is offered in {', '.join(sorted(zones[pool.machine])) or 'no zone'}"
        if not missing:
            yield _OFFERINGS.ok(pool.name, f"{pool.machine} is offered in {', '.join(pool.zones)}")
        elif len(missing) < len(pool.zones):
            found = f"{pool.machine} is not offered in {', '.join(missing)}; {there}"
            yield _OFFERINGS.warn(pool.name, found, f"set gpu-cluster:pools.{pool.name}.zones without them")
        else:
            yield _OFFERINGS.fail(pool.name, f"{pool.machine} is offered in none of its zones; {there}")


def _kubernetes(version: str, aws: Aws) -> Check:
    try:
        [found] = aws.call("eks", "describe_cluster_versions", clusterVersions=[version])["clusterVersions"]
    except (AwsCallError, ValueError) as error:
        words = (
            str(error) if isinstance(error, AwsCallError) else (f"EKS does not create clusters of {version}")
        )
        return (
            _OFFERINGS.fail("Kubernetes", words)
            if isinstance(error, ValueError)
            else _OFFERINGS.skip("Kubernetes", words)
        )
    status = found.get("versionStatus", found.get("status", "")).lower().replace("_", " ")
    if "standard" in status:
        return _OFFERINGS.ok("Kubernetes", f"{version} is in {status}")
    return _OFFERINGS.warn("Kubernetes", f"{version} is in {status}", "upgrade: docs/guides/upgrade.md")


def _images(stack: Stack, version: str, pools: dict[str, Pool], aws: Aws) -> Iterator[Check]:
    names = {name: image_name(stack, version, pool) for name, pool in pools.items()}
    wanted = sorted({name for name in names.values() if name})
    if not wanted:
        return
    try:
        images = aws.call(
            "ec2", "describe_images", Owners=["amazon"], Filters=[{"Name": "name", "Values": wanted}]
        )["Images"]
    except AwsCallError as error:
        yield _OFFERINGS.skip("images", str(error))
        return
    found = {image["Name"] for image in images}
    for name in wanted:
        users = ", ".join(pool for pool, image in names.items() if image == name)
        if name in found:
            yield _OFFERINGS.ok("image", f"{name}, of {users}")
        else:
            advice = f"gpu-cluster:pools.{users.partition(',')[0]}.ami.release"
            yield _OFFERINGS.fail("image", f"{name} does not exist; it is the image of {users}", advice)


def image_name(stack: Stack, version: str, pool: Pool) -> str | None:
    """Name of a pool's image at AWS; None where no release is pinned.

    Source: names of the images in awslabs/amazon-eks-ami and bottlerocket-os/bottlerocket, 2026-08-22.
    """
    settings = stack.pools[pool.name]
    release = ami_release(settings, version)
    if release is None:
        return None
    gpu = pool.server.gpu is not None
    architecture = "arm64" if pool.architecture == "arm64" else "x86_64"
    system, _, build = release.partition("-")
    if settings.ami.family is AmiFamily.BOTTLEROCKET:
        variant = f"{version}-nvidia" if gpu else version
        architecture = "aarch64" if architecture == "arm64" else architecture
        return f"bottlerocket-aws-k8s-{variant}-{architecture}-v{release}"
    minor = re.sub(r"\.\d+$", "", system)
    return f"amazon-eks-node-al2023-{architecture}-{'nvidia' if gpu else 'standard'}-{minor}-v{build}"


def _reservation(pool: Pool, reserved: Reservation, aws: Aws) -> Check:
    try:
        found: Any = aws.call("ec2", "describe_capacity_reservations", CapacityReservationIds=[reserved.id])[
            "CapacityReservations"
        ]
    except AwsCallError as error:
        return _OFFERINGS.fail(
            pool.name, f"{reserved.id}: {error}", f"gpu-cluster:pools.{pool.name}.capacity"
        )
    differences = [
        f"{what} is {there} in the reservation and {here} in the stack"
        for reservation in found
        for what, there, here in (
            ("instance type", reservation["InstanceType"], pool.machine),
            ("zone", reservation["AvailabilityZone"], reserved.zone),
            ("count", reservation["TotalInstanceCount"], reserved.count),
        )
        if there != here
    ]
    states = {reservation["State"] for reservation in found}
    if differences:
        return _OFFERINGS.fail(pool.name, f"{reserved.id}: {', '.join(differences)}")
    if states != {"active"}:
        return _OFFERINGS.warn(
            pool.name,
            f"{reserved.id} is {', '.join(states) or 'not there'}",
            "its nodes start when it is active",
        )
    return _OFFERINGS.ok(
        pool.name, f"{reserved.id} is active: {reserved.count} x {pool.machine} in {reserved.zone}"
    )
