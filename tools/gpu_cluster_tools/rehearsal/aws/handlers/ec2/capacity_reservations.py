"""Capacity reservations: those of the stack file exist."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.ec2.request_parameters import filters_of, refuse_dry_run
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.handlers.paging import page_of
from gpu_cluster_tools.rehearsal.aws.router import ApiCall

_FILE = Path("capacity-reservations.json")


@dataclass(frozen=True, slots=True)
class CapacityReservation:
    """Servers of one type that are reserved in one zone."""

    id: str
    type: str
    zone: str
    count: int


def write_reservations(reservations: Iterable[CapacityReservation], folder: Path) -> None:
    """Write the reservations for an account that starts in this folder later."""
    (folder / _FILE).write_text(json.dumps([asdict(each) for each in reservations]))


def describe(call: ApiCall) -> Document:
    refuse_dry_run(call)
    kept = {each.id: each for each in _kept()}
    asked: list[str] = call.parameters.get("CapacityReservationIds") or list(kept)
    if unknown := [id for id in asked if id not in kept]:
        words = f"The capacity reservation ID '{', '.join(unknown)}' does not exist"
        raise ApiError("InvalidCapacityReservationId.NotFound", words)
    if "active" not in filters_of(call, ("state",)).get("state", ["active"]):
        asked = []
    return page_of(call, "CapacityReservations", [_described(call.api, kept[id]) for id in asked])


def _kept() -> list[CapacityReservation]:
    return [CapacityReservation(**each) for each in json.loads(_FILE.read_text())] if _FILE.exists() else []


def _described(api: Api, reservation: CapacityReservation) -> Document:
    return {
        "CapacityReservationId": reservation.id,
        "OwnerId": identity.account(),
        "InstanceType": reservation.type,
        "AvailabilityZone": reservation.zone,
        "InstancePlatform": "Linux/UNIX",
        "Tenancy": "default",
        "TotalInstanceCount": reservation.count,
        "AvailableInstanceCount": max(0, reservation.count - _taken(api, reservation)),
        "State": "active",
        "EndDateType": "unlimited",
        "InstanceMatchCriteria": "targeted",
        "ReservationType": "default",
    }


def _taken(api: Api, reservation: CapacityReservation) -> int:
    """Running instances of its type in its zone, which all count as started in it."""
    wanted = {
        "instance-type": reservation.type,
        "availability-zone": reservation.zone,
        "instance-state-name": "running",
    }
    filters = [{"Name": name, "Values": [value]} for name, value in wanted.items()]
    found = api.call("ec2", "DescribeInstances", Filters=filters)["Reservations"]
    return sum(len(each["Instances"]) for each in found)
