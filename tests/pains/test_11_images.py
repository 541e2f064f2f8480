"""Nodes whose image changes without a change of the stack."""

from gpu_cluster.plan import Graph
from tests.pains.platforms import edited, platform, refusal


def test_release_of_every_pool_is_pinned(graph: Graph) -> None:
    for group in graph.of("nodeGroup:NodeGroup"):
        assert group["releaseVersion"] == "1.35.6-20260714", group.name
        assert group["version"] == "1.35", group.name


def test_no_launch_template_has_a_mutable_image(graph: Graph) -> None:
    assert [it.name for it in graph.of("LaunchTemplate") if "imageId" in it.inputs] == []


def test_pinned_release_is_kept_during_a_cluster_upgrade() -> None:
    older = {"pools.l4.ami": {"release": "1.34.9-20260714"}}
    [group] = [it for it in edited("staging", older).of("nodeGroup:NodeGroup") if it.name.endswith("-l4")]
    assert (group["version"], group["releaseVersion"]) == ("1.34", "1.34.9-20260714")


def test_karpenter_uses_a_pinned_release() -> None:
    node_class = platform("dev").only("EC2NodeClass")
    assert node_class["spec.amiSelectorTerms"] == [{"alias": "al2023@v20260714"}]


def test_bottlerocket_without_a_pinned_release_is_refused() -> None:
    message = refusal("dev", {"pools.l4.ami": {"family": "bottlerocket"}})
    assert "ami.release: required key is missing with bottlerocket" in message


def test_every_addon_is_pinned(graph: Graph) -> None:
    for addon in graph.of("Addon"):
        assert addon["addonVersion"].startswith("v"), addon.name
