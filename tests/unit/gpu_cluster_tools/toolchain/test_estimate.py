"""Time left of a build: from the table at first, then from the pace of this machine."""

from gpu_cluster_tools.toolchain.aws_provider import AWS_PROVIDER
from gpu_cluster_tools.toolchain.estimate import SECONDS, Estimate, in_words
from gpu_cluster_tools.toolchain.karpenter import KARPENTER
from gpu_cluster_tools.toolchain.real_node import REAL_NODE
from gpu_cluster_tools.toolchain.tools import KUBERNETES_PROVIDER, PINNED, PULUMI, WITNESSES

NAMES = ["etcd", "kube-apiserver", "kube-scheduler"]


def test_first_estimate_is_from_the_table() -> None:
    assert Estimate(NAMES).left("etcd", 0) == sum(SECONDS[name] for name in NAMES)


def test_running_step_counts_down_to_zero() -> None:
    estimate = Estimate(["etcd"])
    assert [estimate.left("etcd", seconds) for seconds in (0, 20, 400)] == [27, 7, 0]


def test_slower_machine_scales_the_remaining_estimate() -> None:
    estimate = Estimate(NAMES)
    estimate.done("kube-apiserver", 2 * SECONDS["kube-apiserver"])

    assert estimate.position("etcd") == "2 of 3"
    assert estimate.left("etcd", 0) == 2 * (SECONDS["etcd"] + SECONDS["kube-scheduler"])


def test_short_step_does_not_change_the_estimate() -> None:
    estimate = Estimate(NAMES)
    estimate.done("kube-scheduler", 900)
    assert estimate.left("etcd", 0) == SECONDS["etcd"] + SECONDS["kube-apiserver"]


def test_every_tool_has_an_estimate() -> None:
    tools = (PULUMI, KUBERNETES_PROVIDER, AWS_PROVIDER, KARPENTER, *PINNED, *WITNESSES, *REAL_NODE)
    assert {tool.name for tool in tools} - SECONDS.keys() == set()


def test_minutes_are_rounded_to_at_least_one() -> None:
    assert [in_words(seconds) for seconds in (1, 89, 540)] == [
        "about 1 min left",
        "about 1 min left",
        "about 9 min left",
    ]
