"""Cost of a period from known usage; tests/witnesses/test_actual_cost.py reads it from Prometheus."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from gpu_cluster.catalog import on_demand
from gpu_cluster.cost import (
    ActualCost,
    Gap,
    Holder,
    MeasuredUsage,
    NodeKind,
    actual_document,
    actual_of,
    cost_of,
)
from gpu_cluster.cost.actual.actual import beyond
from gpu_cluster.cost.money import Range, total
from tests.today import TODAY
from tests.unit.gpu_cluster.cost.plans import plan

START = datetime(2026, 11, 20, tzinfo=UTC)
GPU, SLICE = "nvidia_com_gpu", "nvidia_com_mig_1g_10gb"
L4 = NodeKind("l4", "g6.4xlarge", "ON_DEMAND")
SPOT = NodeKind("l4", "g6.4xlarge", "SPOT")
H100 = NodeKind("h100", "p5.48xlarge", "CAPACITY_BLOCK")
SYSTEM = NodeKind("system", "m7i.2xlarge", "ON_DEMAND")
CHAT, LARGE = Holder("serving", "chat"), Holder("serving", "large")
VISION, OTHER = Holder("vision", ""), Holder("kube-system", "")
HOUR = Fraction("1.3232")
"""Price of a g6.4xlarge in us-east-2, in dollars an hour."""

DISK = Fraction(8, 730)
"""100 GiB of gp3 at 0.08 dollars a month."""

USAGE = MeasuredUsage(
    START,
    START + timedelta(hours=10),
    nodes={L4: Fraction(30), SPOT: Fraction(10), H100: Fraction(10), SYSTEM: Fraction(30)},
    offered={(L4, GPU): Fraction(29), (SPOT, GPU): Fraction(10), (H100, GPU): Fraction(80)},
    held={
        (L4, GPU, CHAT): Fraction(20),
        (L4, GPU, VISION): Fraction(4),
        (SPOT, GPU, VISION): Fraction(5),
        (H100, GPU, LARGE): Fraction(40),
        (H100, GPU, OTHER): Fraction(10),
    },
    used={
        (L4, CHAT): Fraction(15),
        (H100, LARGE): Fraction(40),
        (H100, OTHER): Fraction(10),
        (L4, VISION): Fraction(1),
    },
    idle={(L4, CHAT): Fraction(5), (L4, VISION): Fraction(3), (SPOT, VISION): Fraction(5)},
)


def actual(usage: MeasuredUsage = USAGE, stack: str = "prod") -> ActualCost:
    return actual_of(plan(stack), usage, day=TODAY)


def shared(found: ActualCost) -> dict[tuple[str, str], tuple[Fraction, Range]]:
    return {(it.what, it.pool): (it.gpu_hours, it.cost) for it in found.shared}


def one(amount: Fraction) -> Range:
    return Range(amount, amount)


def test_price_of_the_examples_matches_the_catalog() -> None:
    assert on_demand("g6.4xlarge", "us-east-2").usd == HOUR


def test_parts_sum_exactly_to_nodes_and_control_plane() -> None:
    found = actual()
    assert found.shared_out == found.total
    assert found.total == total([*(it.cost for it in found.pools), found.control_plane])
    assert found.total.least < found.total.most  # spot prices are a range


def test_held_and_free_gpu_hours_sum_to_the_node_hours() -> None:
    found = actual()
    parts = [
        *((it.pool, it.gpu_hours) for it in found.held),
        *((it.pool, it.gpu_hours) for it in found.shared),
    ]
    by_pool = {pool: sum((n for name, n in parts if name == pool), Fraction(0)) for pool in ("l4", "h100")}
    assert by_pool == {"l4": 40, "h100": 80}


def test_holder_pays_its_share_of_node_and_disk() -> None:
    by_holder = {(it.holder, it.pool): it for it in actual().held}
    chat = by_holder[CHAT, "l4"]
    assert chat.cost == one(20 * (HOUR + DISK))
    assert (chat.used, chat.idle, chat.unmeasured) == (15, 5, 0)
    assert chat.idle_cost == one(5 * (HOUR + DISK))
    large, other = by_holder[LARGE, "h100"], by_holder[OTHER, "h100"]
    assert large.cost == other.cost * 4  # 40 GPU hours and 10
    assert large.cost * 2 == next(it for it in actual().pools if it.pool == "h100").kinds[0].cost


def test_spot_node_cost_is_a_range_up_to_on_demand() -> None:
    [vision] = [it for it in actual().held if it.holder == VISION]
    assert vision.gpu_hours == 9
    assert vision.cost.most == 9 * (HOUR + DISK)
    assert vision.cost.least < vision.cost.most


def test_free_gpus_system_nodes_and_control_plane_are_shared_costs() -> None:
    found = shared(actual())
    assert found["GPUs that no pod held", "l4"][0] == (29 - 24) + (10 - 5)
    assert found["GPUs that nodes did not offer", "l4"] == (1, one(HOUR + DISK))
    assert found["GPUs that no pod held", "h100"][0] == 30
    assert found["nodes without GPUs", "system"][1].most > 0
    assert found["control plane", ""][1] == actual().control_plane


def test_reserved_servers_cost_the_same_when_not_running() -> None:
    found = actual()
    [h100] = [it for it in found.pools if it.pool == "h100"]
    assert h100.reserved
    assert h100.reserved.hours == 2 * 10 - 10
    assert shared(found)["reserved servers that did not run", "h100"][1] == h100.reserved.cost
    assert any("h100" in it for it in found.remarks)


def test_planned_cost_covers_only_the_measured_hours() -> None:
    gap = Gap(START, START + timedelta(hours=4))
    whole, part = actual(), actual(replace(USAGE, gaps=(gap,)))
    assert part.usage.covered_hours == 6
    assert whole.planned * Fraction(6, 10) == part.planned
    nodes = [it for it in cost_of(plan("prod"), day=TODAY).lines if it.part == "nodes" and it.pool == "l4"]
    [l4] = [it for it in whole.pools if it.pool == "l4"]
    assert l4.planned == total([it.hourly for it in nodes]) * 10


def test_planned_cost_of_models_uses_replicas_and_of_teams_the_quota() -> None:
    found = actual()
    assert found.planned_workloads[CHAT, "l4"] == Range(3 * 10 * (HOUR + DISK), 12 * 10 * (HOUR + DISK))
    [vision] = [it for it in found.namespaces() if it.team == "vision"]
    [l4] = [it for it in found.pools if it.pool == "l4"]
    assert vision.planned == l4.planned * Fraction(4, 16)


def test_model_without_usage_is_listed_with_zero_cost() -> None:
    [code] = [it for it in actual().held if it.holder.workload == "code"]
    assert (code.gpu_hours, code.cost, code.pool) == (0, Range(Fraction(0), Fraction(0)), "l40s")


@pytest.mark.parametrize(
    ("cost", "expected"), [((5, 5), (0, 0)), ((1, 12), (-1, 2)), ((20, 30), (10, 20)), ((0, 1), (-2, -1))]
)
def test_difference_counts_only_cost_outside_the_planned_range(
    cost: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert beyond(Range.of(*cost), Range.of(2, 10)) == Range.of(*expected)


def test_gap_of_more_than_one_percent_makes_the_cost_incomplete() -> None:
    short = replace(USAGE, gaps=(Gap(START, START + timedelta(minutes=6)),))
    assert actual(short).complete
    long = actual(replace(USAGE, gaps=(Gap(START, START + timedelta(minutes=7)),)))
    assert not long.complete
    assert long.at_least
    assert long.uncertain == ("98.8 % of the period is measured",)


def test_missing_utilization_makes_idle_hours_uncertain_but_not_the_total() -> None:
    found = actual(replace(USAGE, used={}, idle={}))
    assert found.uncertain == ("no utilization is known of 100 % of the hours for which GPUs were held",)
    assert not found.complete
    assert not found.at_least


def test_utilization_never_exceeds_the_held_hours() -> None:
    found = actual(replace(USAGE, used={(L4, CHAT): Fraction(18)}, idle={(L4, CHAT): Fraction(9)}))
    [chat] = [it for it in found.held if it.holder == CHAT]
    assert (chat.used, chat.idle, chat.unmeasured) == (18, 2, 0)


def test_unlabeled_node_is_priced_from_the_stack_file_with_a_remark() -> None:
    bare = NodeKind("l4", "", "")
    usage = replace(USAGE, nodes={bare: Fraction(10)}, offered={}, held={}, used={}, idle={})
    found = actual(usage)
    [l4] = [it for it in found.pools if it.pool == "l4"]
    assert l4.cost == one(10 * (HOUR + DISK))
    assert any(it.startswith("nodes of pool l4 have no label") for it in found.remarks)


def test_nodes_outside_pools_are_priced_by_type_or_reported() -> None:
    known, unknown = NodeKind("", "g6.4xlarge", "ON_DEMAND"), NodeKind("", "", "")
    usage = replace(
        USAGE,
        nodes={known: Fraction(10), unknown: Fraction(1)},
        offered={(known, GPU): Fraction(10)},
        held={(known, GPU, OTHER): Fraction(5)},
        used={},
        idle={},
    )
    found = actual(usage)
    [foreign] = [it for it in found.held if it.holder == OTHER]
    assert (foreign.gpu_hours, foreign.cost) == (5, one(5 * HOUR))  # its disks are not known
    assert any("nodes of unknown type" in str(it) for it in found.missing)
    assert found.shared_out == found.total


def test_pods_that_hold_more_gpus_than_planned_pay_for_all_nodes() -> None:
    found = actual(replace(USAGE, held={(L4, GPU, CHAT): Fraction(40), (L4, GPU, VISION): Fraction(20)}))
    held = {it.holder: it.gpu_hours for it in found.held if it.gpu_hours}
    assert held == {CHAT: 20, VISION: 10}
    assert any("held more GPUs of pool l4" in it for it in found.uncertain)
    assert found.shared_out == found.total


def test_shared_gpus_count_as_fractions_without_utilization() -> None:
    mig = NodeKind("a100", "p4de.24xlarge", "")
    timed = NodeKind("l4-shared", "g6.2xlarge", "")
    usage = replace(
        USAGE,
        nodes={mig: Fraction(10), timed: Fraction(10)},
        offered={(mig, SLICE): Fraction(560), (timed, GPU): Fraction(40)},
        held={(mig, SLICE, VISION): Fraction(140), (timed, GPU, VISION): Fraction(20)},
        used={(timed, VISION): Fraction(20)},
        idle={},
    )
    found = actual(usage, "local")
    assert {it.pool: it.gpu_hours for it in found.held if it.gpu_hours} == {"a100": 20, "l4-shared": 5}
    assert all(it.used == it.idle == 0 for it in found.held)
    assert not found.uncertain  # shares have no utilization


def test_gpu_hours_are_reported_without_prices() -> None:
    machine = NodeKind("l4", "", "")
    usage = replace(
        USAGE,
        nodes={machine: Fraction(20)},
        offered={(machine, GPU): Fraction(20)},
        held={(machine, GPU, CHAT): Fraction(5)},
        used={(machine, CHAT): Fraction(5)},
        idle={},
    )
    document = actual_document(actual(usage, "local"))
    assert (document["cost"], document["planned"], document["complete"]) == (None, None, True)
    [pool] = [it for it in document["pools"] if it["pool"] == "l4"]
    assert (pool["nodeHours"], pool["cost"]) == (20, None)
    [chat] = [it for space in document["namespaces"] for it in space["workloads"] if it["workload"] == "chat"]
    assert (chat["gpuHours"], chat["usedGpuHours"], chat["cost"]) == (5, 5, None)
