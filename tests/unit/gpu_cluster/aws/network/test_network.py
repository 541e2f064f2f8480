from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.gpu_cluster.aws.network.networks import A, B, C, network, outputs

PRIVATE = {A: "subnet-0000000000000000a", B: "subnet-0000000000000000b"}


def by_ids(**more: Any) -> dict[str, Any]:
    ids = {"vpc": "vpc-0123456789abcdef0", "private": PRIVATE, **more}
    return {"cidrs": ["10.8.0.0/16", "100.64.0.0/16"], "ids": ids}


def by_tags(**more: Any) -> dict[str, Any]:
    tags = {"zones": [A, B], "vpc": {"Name": "shared"}, "private": {"tier": "nodes"}, **more}
    return {"cidrs": ["10.8.0.0/16"], "tags": tags}


def answered(token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Lookup answer whose subnet id states the query."""
    if token.endswith(":getVpc"):
        return {"id": f"vpc of {arguments['tags']['Name']}"}
    tags = ",".join(f"{key}={value}" for key, value in arguments["tags"].items())
    return {"id": f"{arguments['availabilityZone']} {tags} in {arguments['vpcId']}"}


def test_network_outputs_subnets_by_tier_and_zone() -> None:
    out = outputs(network(podCidr="100.64.0.0/16"))
    assert out["vpc_id"] == "n-vpc-id"
    for tier in ("private", "public", "intra", "pods"):
        assert out[tier] == {zone: f"n-subnets-{tier}-{zone}-id" for zone in (A, B)}


def test_pod_subnets_are_absent_without_a_pod_cidr() -> None:
    assert outputs(network())["pods"] == {}


def test_added_zone_gets_no_control_plane_subnet() -> None:
    before, after = outputs(network(zones=[C, B])), outputs(network(zones=[C, B, A]))
    assert set(after["intra"]) == {A, B, C}
    assert after["control_plane"] == before["control_plane"] == before["intra"]


def test_local_zone_has_no_control_plane_subnet() -> None:
    near = {"eu-central-1-ham-1a": "subnet-0000000000000001a"}
    out = outputs(network(existing=by_ids(private={**near, **PRIVATE})))
    assert out["control_plane"] == PRIVATE


def test_existing_vpc_by_ids_creates_no_resources() -> None:
    graph = network(existing=by_ids())
    assert [it.type for it in graph.resources] == ["gpu-cluster:index:Network"]
    out = outputs(graph)
    assert out["vpc_id"] == "vpc-0123456789abcdef0"
    assert out["private"] == out["intra"] == PRIVATE
    assert out["public"] == out["pods"] == {}


@pytest.mark.parametrize("tier", ["public", "intra", "pods"])
def test_existing_vpc_by_ids_accepts_subnets_of_every_tier(tier: str) -> None:
    named = {A: "subnet-0000000000000001a", B: "subnet-0000000000000001b"}
    assert outputs(network(existing=by_ids(**{tier: named})))[tier] == named


def test_existing_vpc_by_tags_looks_up_a_subnet_per_zone() -> None:
    out = outputs(network(answered, existing=by_tags()))
    assert out["vpc_id"] == "vpc of shared"
    assert out["private"] == {zone: f"{zone} tier=nodes in vpc of shared" for zone in (A, B)}
    assert out["intra"] == out["private"]
    assert out["public"] == out["pods"] == {}


@pytest.mark.parametrize("tier", ["public", "intra", "pods"])
def test_existing_vpc_by_tags_accepts_tags_of_every_tier(tier: str) -> None:
    out = outputs(network(answered, existing=by_tags(**{tier: {"use": tier}})))
    assert out[tier] == {zone: f"{zone} use={tier} in vpc of shared" for zone in (A, B)}
