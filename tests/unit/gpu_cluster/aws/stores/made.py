"""Stores of a stack file on a network of three zones, for tests."""

from typing import Any

from pydantic import TypeAdapter

from gpu_cluster.aws.stores import CopyDestination, Stores
from gpu_cluster.config.storage import StorageSettings
from gpu_cluster.plan import Graph
from tests.unit.graph import graph_of

VOLUMES_KEY, DATA_KEY = "arn:aws:kms:eu-central-1:123456789012:key/volumes", "arn:aws:kms:::key/data"
NODES = "sg-nodes"
SUBNETS = {f"eu-central-1{letter}": f"subnet-{letter}" for letter in "abc"}
ANSWERS = {
    "LustreFileSystem": {"dnsName": "fs-1.fsx.eu-central-1.amazonaws.com", "mountName": "abcdefgh"},
    "Bucket": {"bucket": "models-1a2b3c4", "arn": "arn:aws:s3:::models-1a2b3c4"},
}


def settings_of(storage: dict[str, Any]) -> dict[str, StorageSettings]:
    return TypeAdapter(dict[str, StorageSettings]).validate_python(storage)


def stores_of(
    storage: dict[str, Any], *, copies: CopyDestination | None = None, protect: bool = True
) -> Stores:
    """The component, created in a running program."""
    return Stores(
        "s",
        settings_of(storage),
        vpc_id="vpc-1",
        subnets=SUBNETS,
        clients=NODES,
        volumes_key=VOLUMES_KEY,
        data_key=DATA_KEY,
        region="eu-central-1",
        gbps=100,
        copies=copies,
        protect=protect,
    )


def made(storage: dict[str, Any], *, copies: CopyDestination | None = None, protect: bool = True) -> Graph:
    return graph_of(lambda: stores_of(storage, copies=copies, protect=protect), ANSWERS)
