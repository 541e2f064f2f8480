"""Nodes that change their image when nobody changed the stack."""

import pytest

from tests.pains.platforms import ON_AWS, edited, platform, refusal


@pytest.mark.parametrize("name", ON_AWS)
def test_the_release_of_every_pool_is_pinned(name: str) -> None:
    for group in platform(name).of("nodeGroup:NodeGroup"):
        assert group["releaseVersion"] == "1.35.6-20260714", group.name
        assert group["version"] == "1.35", group.name


@pytest.mark.parametrize("name", ON_AWS)
def test_no_launch_template_has_an_image_that_moves(name: str) -> None:
    assert [it.name for it in platform(name).of("LaunchTemplate") if "imageId" in it.inputs] == []


def test_a_pinned_release_stays_where_it_is_when_the_cluster_goes_on() -> None:
    older = {"pools.l4.ami": {"release": "1.34.9-20260714"}}
    [group] = [it for it in edited("dev", older).of("nodeGroup:NodeGroup") if it.name.endswith("-l4")]
    assert (group["version"], group["releaseVersion"]) == ("1.34", "1.34.9-20260714")


def test_karpenter_runs_a_pinned_release_too() -> None:
    chosen = {
        "serving": None,
        "pools.l4.capacity": "on-demand",
        "pools.l4.provisioner": "karpenter",
        "pools.l4.nodes": {"min": 0, "max": 2},
    }
    [node_class] = edited("dev", chosen).of("EC2NodeClass")
    assert node_class["spec.amiSelectorTerms"] == [{"alias": "al2023@v20260714"}]


def test_a_system_whose_release_nobody_pinned_is_refused() -> None:
    message = refusal("dev", {"pools.l4.ami": {"family": "bottlerocket"}})
    assert "ami.release: required key is missing with bottlerocket" in message


@pytest.mark.parametrize("name", ON_AWS)
def test_every_add_on_is_pinned(name: str) -> None:
    for addon in platform(name).of("Addon"):
        assert addon["addonVersion"].startswith("v"), addon.name
