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
def test_one_reason_that_blocks_is_enough(reasons: list[Reason], verdict: Verdict) -> None:
    assert verdict_of(reasons) is verdict


def test_a_harmless_change_has_no_reason_against_it() -> None:
    created = ResourceChange(Action.CREATE, "kubernetes:core/v1:Service", "chat")
    cheaper = CostChange(Spending(1, 100), Spending(1, 109), ())

    assert reasons_of([created], [], [], [], cheaper) == ()


def test_a_rule_is_told_once() -> None:
    [reason] = reasons_of([], [], [found(), found(), found()], [], None)
    assert reason == Reason(True, "rule 83-no-spot: pool l4 breaks 83-no-spot and 2 more")


def test_what_was_broken_before_still_blocks_and_says_so() -> None:
    [reason] = reasons_of([], [], [found(new=False)], [], None)
    assert reason == Reason(True, "rule 83-no-spot: pool l4 breaks 83-no-spot, as before")


def test_advice_counts_where_it_is_new() -> None:
    assert reasons_of([], [], [found(stops=False, new=False)], [], None) == ()
    [reason] = reasons_of([], [], [found(stops=False)], [], None)
    assert not reason.blocks


def test_what_blocks_comes_first() -> None:
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
def test_what_goes_is_named(names: str, words: str) -> None:
    assert reasons_of(deleted(*names), [], [], [], None) == (Reason(False, words),)


def test_nodes_that_are_changed_one_by_one_are_named() -> None:
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


def test_a_least_that_is_raised_under_an_autoscaler_wants_a_look() -> None:
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
def test_other_sizes_are_just_set(group: ResourceChange) -> None:
    assert reasons_of([group], [], [], [], None) == ()


def test_a_tenth_more_wants_a_look() -> None:
    cost = CostChange(Spending(1, 1000), Spending(1, 3500), ())
    assert reasons_of([], [], [], [], cost) == (Reason(False, "costs up to $2,500 more a month"),)


def test_irreversible_losses_block_and_the_gravest_is_first() -> None:
    nodes = ResourceChange(Action.REPLACE, "aws:eks/nodeGroup:NodeGroup", "l4")
    cluster = ResourceChange(Action.REPLACE, "aws:eks/cluster:Cluster", "cluster")

    [reason] = reasons_of([nodes, cluster], [nodes, cluster], [], [], None)

    assert reason == Reason(
        True,
        "would replace Cluster cluster and NodeGroup l4,"
        " and lose the cluster, and everything that runs in it",
    )


def test_what_stays_where_it_is_leaves_the_stack_all_the_same() -> None:
    kept = ResourceChange(Action.DELETE, "aws:s3/bucket:Bucket", "models", retained=True)

    [reason] = reasons_of([kept], [kept], [], [], None)

    assert reason == Reason(True, "would delete Bucket models, which would no longer be managed")
