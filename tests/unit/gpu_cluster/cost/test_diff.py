from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from gpu_cluster.cost import Cost, CostDiff, Item, diff, priced, usage_of
from gpu_cluster.cost.money import NOTHING, Range
from gpu_cluster_tools.reports.cost_tables import markdown
from tests.today import TODAY
from tests.unit.gpu_cluster.cost.items import REGION, aws, launch_template, node_group

GATEWAY = aws("ec2/natGateway:NatGateway", "nat")


def cost_of(*items: Item) -> Cost:
    bill = priced(items, REGION, day=TODAY)
    return Cost("prod", REGION, TODAY, bill.lines, usage_of(), (), missing=bill.missing)


def pool(most: int, instance: str = "g6.4xlarge") -> list[Item]:
    return [node_group("l4", instance, (1, most)), launch_template("l4")]


def changes(difference: CostDiff) -> dict[str, Range]:
    return {change.what: change.difference for change in difference.changes}


def test_diff_of_added_nodes_is_the_cost_of_those_nodes() -> None:
    difference = diff(cost_of(*pool(3)), cost_of(*pool(5)))

    assert changes(difference) == {
        "g6.4xlarge on demand": Range.of(0, Fraction("1931.872")),  # 2 x 730 x 1.3232
        "disk /dev/xvda": Range.of(0, 16),  # 2 x 100 GiB x 0.08
    }
    assert difference.difference == Range.of(0, Fraction("1947.872"))
    assert difference.percent == Fraction(200, 3)  # from 3 nodes to 5


def test_changed_instance_type_is_a_removed_and_an_added_line() -> None:
    difference = diff(cost_of(*pool(2)), cost_of(*pool(2, "g6.8xlarge")))
    [came, gone] = difference.changes

    assert (came.what, came.before, came.percent) == ("g6.8xlarge on demand", NOTHING, None)
    assert (gone.what, gone.after, gone.percent) == ("g6.4xlarge on demand", NOTHING, Fraction(-100))


def test_diff_of_equal_costs_has_no_changes() -> None:
    assert diff(cost_of(GATEWAY), cost_of(GATEWAY)).changes == ()


@given(st.integers(1, 50), st.integers(1, 50), st.booleans(), st.booleans())
def test_reversed_diff_has_the_opposite_amounts(
    one: int, other: int, nat_before: bool, nat_after: bool
) -> None:
    before = cost_of(*pool(one), *([GATEWAY] if nat_before else []))
    after = cost_of(*pool(other), *([GATEWAY] if nat_after else []))
    there, back = diff(before, after), diff(after, before)

    assert there.difference == -back.difference
    assert changes(there) == {what: -amount for what, amount in changes(back).items()}
    assert sum((it.difference.most for it in there.changes), Fraction(0)) == there.difference.most


def test_markdown_diff_lists_the_largest_change_first() -> None:
    difference = diff(cost_of(*pool(3), GATEWAY), cost_of(*pool(5)))

    assert markdown(cost_of(*pool(5)), difference).splitlines() == [
        "| CHANGE | RESOURCE | BEFORE, MAX | AFTER, MAX | DIFFERENCE |  |",
        "| --- | --- | --- | --- | --- | --- |",
        "| g6.4xlarge on demand | nodes-l4 | $2,898 | $4,830 | +$1,932 | +67 % |",
        "| NAT gateway | nat | $33 | $0 | -$33 | -100 % |",
        "| disk /dev/xvda | nodes-l4 | $24 | $40 | +$16 | +67 % |",
        "| NAT gateway, traffic | nat | $9 | $0 | -$9 | -100 % |",
        "| **total** |  | **$2,964** | **$4,870** | **+$1,906** | **+64 %** |",
    ]
