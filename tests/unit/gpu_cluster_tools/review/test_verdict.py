import pytest

from gpu_cluster_tools.review.changes import Action, ResourceChange
from gpu_cluster_tools.review.node_rollout import NodeRollout
from gpu_cluster_tools.review.property_diff import PropertyDiff
from gpu_cluster_tools.review.review import CostChange, Reason, ReviewFinding, Spending, Verdict
from gpu_cluster_tools.review.verdict import reasons_of, verdict_of


def found(rule: str = "83-no-spot", *, stops: bool = True, new: bool = True) -> ReviewFinding:
    return ReviewFinding(rule, stops, new, f"pool l4 breaks {rule}", "where", "why", "fix")


def deleted(*names: str) -> list[ResourceChange]:
    return [ResourceChange(Action.DELETE, "kubernetes:core/v1:Service", name) for name in names]


@pytest.mark.parametrize(
    ("reasons", "verdict"),
    [
        ([], Verdict.FINE),
        ([Reason(False, "a")], Verdict.ATTENTION),
        ([Reason(False, "a"), Reason(True, "b")], Verdict.BLOCKED),
    ],
)
def test_one_blocking_reason_blocks(reasons: list[Reason], verdict: Verdict) -> None:
    assert verdict_of(reasons) is verdict


def test_harmless_change_has_no_reasons() -> None:
    created = ResourceChange(Action.CREATE, "kubernetes:core/v1:Service", "chat")
    cheaper = CostChange(Spending(1, 100), Spending(1, 109), ())

    assert reasons_of([created], [], [], [], cheaper) == ()


def test_findings_of_one_rule_are_one_reason() -> None:
    [reason] = reasons_of([], [], [found(), found(), found()], [], None)
    assert reason == Reason(True, "rule 83-no-spot: pool l4 breaks 83-no-spot and 2 more")


def test_earlier_blocking_finding_still_blocks() -> None:
    [reason] = reasons_of([], [], [found(new=False)], [], None)
    assert reason == Reason(True, "rule 83-no-spot: pool l4 breaks 83-no-spot, as before")


def test_only_new_advice_is_a_reason() -> None:
    assert reasons_of([], [], [found(stops=False, new=False)], [], None) == ()
    [reason] = reasons_of([], [], [found(stops=False)], [], None)
    assert not reason.blocks


def test_blocking_reasons_come_first() -> None:
    reasons = reasons_of(deleted("a"), [], [found("1-a", stops=False), found("2-b")], ["expired"], None)
    assert [reason.blocks for reason in reasons] == [True, True, False, False]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("a", "deletes Service a"),
        ("ab", "deletes Service a and Service b"),
        ("abc", "deletes Service a, Service b and Service c"),
        ("abcd", "deletes Service a, Service b and 2 more"),
    ],
)
def test_deleted_resources_are_named(names: str, words: str) -> None:
    assert reasons_of(deleted(*names), [], [], [], None) == (Reason(False, words),)


def test_node_groups_with_replaced_nodes_are_named() -> None:
    groups = [
        ResourceChange(
            Action.UPDATE,
            "aws:eks/nodeGroup:NodeGroup",
            name,
            rollout=NodeRollout(nodes, at_once=1, new_first=True, minutes=20 * nodes),
        )
        for name, nodes in {"l4": 3, "h100": 8}.items()
    ]

    assert reasons_of(groups, [], [], [], None) == (
        Reason(False, "replaces every node of l4 and h100, whose pods are evicted, in up to 160 min"),
    )


def sized(**sizes: tuple[int, int]) -> ResourceChange:
    edits = tuple(
        PropertyDiff(f"scalingConfig.{name}", str(before), str(after))
        for name, (before, after) in sizes.items()
    )
    return ResourceChange(Action.UPDATE, "aws:eks/nodeGroup:NodeGroup", "l4", edits)


def test_raised_minimum_under_an_autoscaler_needs_attention() -> None:
    assert reasons_of([sized(minSize=(1, 3), maxSize=(9, 12))], [], [], [], None) == (
        Reason(
            False,
            "raises the minimum of l4 from 1 to 3; EKS refuses this while fewer nodes run (docs/nodes.md)",
        ),
    )


@pytest.mark.parametrize(
    "group",
    [
        sized(minSize=(3, 1)),
        sized(maxSize=(9, 12)),
        sized(minSize=(3, 5), maxSize=(3, 5), desiredSize=(3, 5)),
    ],
    ids=["lower", "the most", "a fixed number"],
)
def test_other_size_changes_need_no_attention(group: ResourceChange) -> None:
    assert reasons_of([group], [], [], [], None) == ()


def test_cost_increase_over_ten_percent_needs_attention() -> None:
    cost = CostChange(Spending(1, 1000), Spending(1, 3500), ())
    assert reasons_of([], [], [], [], cost) == (Reason(False, "costs up to $2,500 more a month"),)


def test_irreversible_losses_block_with_the_worst_first() -> None:
    nodes = ResourceChange(Action.REPLACE, "aws:eks/nodeGroup:NodeGroup", "l4")
    cluster = ResourceChange(Action.REPLACE, "aws:eks/cluster:Cluster", "cluster")

    [reason] = reasons_of([nodes, cluster], [nodes, cluster], [], [], None)

    assert reason == Reason(
        True,
        "would replace Cluster cluster and NodeGroup l4,"
        " and lose the cluster, and everything that runs in it",
    )


def test_retained_resource_leaving_the_stack_blocks() -> None:
    kept = ResourceChange(Action.DELETE, "aws:s3/bucket:Bucket", "models", retained=True)

    [reason] = reasons_of([kept], [kept], [], [], None)

    assert reason == Reason(True, "would delete Bucket models, which would no longer be managed")
