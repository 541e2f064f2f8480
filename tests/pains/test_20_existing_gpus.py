"""GPUs of an existing cluster: taken for others, or not found."""

from pathlib import Path

import pytest

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.kubernetes.cluster import NoKubeconfigError
from gpu_cluster_tools.doctor import CheckStatus
from gpu_cluster_tools.doctor.cluster import cluster
from tests.pains.platforms import edited, of_package, platform, refusal, stack
from tests.unit.gpu_cluster_tools.doctor.answers import Answers, daemons, listed, servers

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
        backend_for(elsewhere, tmp_path)


@pytest.mark.parametrize("found", ["onprem", "edge", "local"])
def test_a_found_cluster_needs_no_cloud(found: str) -> None:
    assert of_package(platform(found), "aws") == []


def test_nodes_are_found_by_the_labels_of_the_site() -> None:
    found = {
        value
        for plugin in platform("onprem").of("DaemonSet")
        if plugin["metadata.name"] != "node-exporter"  # which is on every node
        for term in plugin[REQUIRED]
        for label in term["matchExpressions"]
        for value in [label["key"], *label["values"]]
    }
    assert found == {"example.com/gpu", "h100", "h100-mig"}


def test_a_cluster_that_hands_out_its_gpus_itself_gets_no_second_plugin() -> None:
    made = edited("onprem", {"gpu": {"devicePlugin": False}}).of("DaemonSet")
    assert {it["metadata.namespace"] for it in made} == {"telemetry-nodes"}


def test_names_resolve_where_a_cache_runs_on_every_node() -> None:
    """NodeLocal DNSCache is in the network of its node, where no selector of pods finds it."""
    allowed = [it for it in platform("onprem").of("NetworkPolicy") if it["metadata.name"] == "allow-dns"]
    assert allowed
    for policy in allowed:
        [rule] = policy["spec.egress"]
        assert {"ipBlock": {"cidr": "169.254.20.10/32"}} in rule["to"]


def test_a_doctor_finds_nodes_that_no_label_leads_to() -> None:
    api = Answers()
    strangers = servers()
    for server in strangers:
        server["metadata"]["labels"] = {"site.example/rack": "7"}
    api.paths["/api/v1/nodes"] = listed(*strangers)
    [found] = [check for check in cluster(stack("onprem", {}), api) if check.name == "h100"]
    assert found.verdict is CheckStatus.FAIL


def test_a_doctor_finds_a_device_plugin_that_is_there_already() -> None:
    api = Answers()
    api.paths["/apis/apps/v1/daemonsets"] = listed(daemons("nvidia-device-plugin-daemonset"))
    [found] = [check for check in cluster(stack("onprem", {}), api) if check.name == "device plugin"]
    assert found.verdict is CheckStatus.FAIL
