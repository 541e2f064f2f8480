from typing import Any

import pytest

from gpu_cluster.catalog import INSTANCES, QUOTAS, capacity_block_quota, on_demand_quota, spot_quota
from gpu_cluster_tools.doctor import quota_requirements
from gpu_cluster_tools.doctor.quota_requirements import unknown_quotas
from tests.pains.platforms import stack


def asked(name: str = "prod", **edits: Any) -> dict[str, tuple[int, int]]:
    """Amount and peak by short quota name, for a committed stack with these edits."""
    keys = {quota: key for key, quota in QUOTAS.items()}
    needs = quota_requirements(stack(name, {key.replace("__", "."): value for key, value in edits.items()}))
    return {keys[need.quota]: (need.amount, need.peak) for need in needs}


def test_servers_are_counted_in_vcpus_by_family_and_market() -> None:
    found = asked()
    assert found["on-demand-g"] == (16 * 16 + 4 * 48, (16 + 6) * 16 + (4 + 6) * 48)
    assert found["on-demand-standard"] == (6 * 8, (6 + 6) * 8)
    assert found["capacity-block-p5"] == (2 * 192, 2 * 192)
    assert asked("dev")["spot-g"] == (2 * 8, 2 * 8)
    assert "on-demand-p" not in found


def test_pool_without_surge_needs_no_extra_quota() -> None:
    assert asked(pools__l4__update={"surge": False})["on-demand-g"] == (448, 16 * 16 + (4 + 6) * 48)


@pytest.mark.parametrize(("nat", "addresses"), [("per-zone", 3), ("single", 1)])
def test_each_nat_gateway_needs_an_elastic_ip(nat: str, addresses: int) -> None:
    assert asked(network__nat=nat)["elastic-ips"] == (addresses, addresses)


def test_existing_network_needs_no_network_quota() -> None:
    tags = {"zones": ["us-east-2a", "us-east-2b"], "vpc": {"Name": "shared"}, "private": {"tier": "private"}}
    found = asked("dev", network={"existing": {"cidrs": ["10.20.0.0/16"], "tags": tags}})
    assert not {"vpcs", "elastic-ips", "nat-gateways", "internet-gateways", "ranges"} & found.keys()


def test_stores_are_counted_in_the_units_of_their_quota() -> None:
    found = asked()
    assert found["lustre-storage"] == (4800, 4800)
    assert [found[key][0] for key in ("efs-file-systems", "lustre-file-systems", "buckets")] == [1, 1, 1]
    assert found["gp3-volumes"] == (3, 5)  # 28 disks of 100 GiB, and 18 more during replacement


def test_requirement_names_its_pools() -> None:
    [need] = [it for it in quota_requirements(stack("prod", {})) if it.quota == QUOTAS["on-demand-g"]]
    assert need.because == "l4: 16 x g6.4xlarge, l40s: 4 x g6e.12xlarge"


@pytest.mark.parametrize("name", ["local", "edge", "onprem"])
def test_stack_outside_aws_needs_no_quota(name: str) -> None:
    assert quota_requirements(stack(name, {})) == []
    assert unknown_quotas(stack(name, {})) == []


def test_family_without_a_published_quota_is_named() -> None:
    edits = {"pools.l4.instance": "p6-b200.48xlarge", "pools.l4.capacity": "spot"}
    assert unknown_quotas(
        stack("prod", {**edits, "pools.l4.nodes": {"min": 0, "max": 1}, "serving": {"models": {}}})
    ) == ["l4"]


def test_every_instance_type_counts_against_the_quota_of_its_family() -> None:
    groups = {name: on_demand_quota(instance).name for name, instance in INSTANCES.items()}
    assert {groups[name] for name in ("g4dn.xlarge", "gr6.4xlarge", "g7e.8xlarge")} == {
        QUOTAS["on-demand-g"].name
    }
    assert groups["p6-b300.48xlarge"] == QUOTAS["on-demand-p"].name
    assert groups["r7i.2xlarge"] == QUOTAS["on-demand-standard"].name
    assert spot_quota(INSTANCES["p4de.24xlarge"]) == QUOTAS["spot-p4"]
    assert capacity_block_quota(INSTANCES["p5en.48xlarge"]) == QUOTAS["capacity-block-p5en"]
    assert capacity_block_quota(INSTANCES["p5.4xlarge"]) == QUOTAS["capacity-block-p5"]
