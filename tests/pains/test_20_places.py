"""GPUs of a cluster that somebody else made: taken for what they are not, or not found at all."""

from pathlib import Path

import pytest

from components.cluster import NoKubeconfigError
from components.places import place_of
from tests.pains.platforms import edited, of_package, platform, refusal, stack

REQUIRED = (
    "spec.template.spec.affinity.nodeAffinity"
    ".requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
)


def test_where_a_platform_stands_is_said() -> None:
    assert "gpu-cluster:cluster.provider: required key is missing" in refusal(
        "onprem", {"cluster.provider": None}
    )


def test_a_cluster_that_is_not_there_is_no_other_one(tmp_path: Path) -> None:
    elsewhere = stack("onprem", {"cluster.kubeconfig": "no/such/kubeconfig"})
    with pytest.raises(NoKubeconfigError, match=r"no/such/kubeconfig does not exist"):
        place_of(elsewhere, tmp_path)


@pytest.mark.parametrize("found", ["onprem", "edge", "local"])
def test_a_found_cluster_needs_no_cloud(found: str) -> None:
    assert of_package(platform(found), "aws") == []


def test_nodes_are_found_by_the_labels_of_the_site() -> None:
    found = {
        value
        for plugin in platform("onprem").of("DaemonSet")
        for term in plugin[REQUIRED]
        for label in term["matchExpressions"]
        for value in [label["key"], *label["values"]]
    }
    assert found == {"example.com/gpu", "h100", "h100-mig"}


def test_a_cluster_that_hands_out_its_gpus_itself_gets_no_second_plugin() -> None:
    assert edited("onprem", {"gpu": {"devicePlugin": False}}).of("DaemonSet") == []
