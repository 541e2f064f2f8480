"""Time left of a build: by the table at first, then by the pace of this machine."""

from gpu_cluster_tools.toolchain.aws_provider import AWS_PROVIDER
from gpu_cluster_tools.toolchain.estimate import SECONDS, Estimate, in_words
from gpu_cluster_tools.toolchain.karpenter import KARPENTER
from gpu_cluster_tools.toolchain.real_node import REAL_NODE
from gpu_cluster_tools.toolchain.tools import KUBERNETES_PROVIDER, PINNED, PULUMI, WITNESSES

NAMES = ["etcd", "kube-apiserver", "kube-scheduler"]


def test_before_anything_is_built_the_table_says_how_long() -> None:
    assert Estimate(NAMES).left("etcd", 0) == sum(SECONDS[name] for name in NAMES)


def test_the_running_step_counts_down_and_never_below_nothing() -> None:
    estimate = Estimate(["etcd"])
    assert [estimate.left("etcd", seconds) for seconds in (0, 20, 400)] == [27, 7, 0]


def test_a_machine_that_takes_twice_as_long_does_so_for_the_rest() -> None:
    estimate = Estimate(NAMES)
    estimate.done("kube-apiserver", 2 * SECONDS["kube-apiserver"])

    assert estimate.position("etcd") == "2 of 3"
    assert estimate.left("etcd", 0) == 2 * (SECONDS["etcd"] + SECONDS["kube-scheduler"])


def test_a_step_of_seconds_says_nothing_of_the_machine() -> None:
    estimate = Estimate(NAMES)
    estimate.done("kube-scheduler", 900)
    assert estimate.left("etcd", 0) == SECONDS["etcd"] + SECONDS["kube-apiserver"]


def test_every_tool_is_in_the_table() -> None:
    tools = (PULUMI, KUBERNETES_PROVIDER, AWS_PROVIDER, KARPENTER, *PINNED, *WITNESSES, *REAL_NODE)
    assert {tool.name for tool in tools} - SECONDS.keys() == set()


def test_minutes_are_rounded_and_never_none() -> None:
    assert [in_words(seconds) for seconds in (1, 89, 540)] == [
        "about 1 min left",
        "about 1 min left",
        "about 9 min left",
    ]
