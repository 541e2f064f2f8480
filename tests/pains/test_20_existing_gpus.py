"""GPUs of an existing cluster that are confused with others, or not found."""

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


def test_provider_is_a_required_key() -> None:
    assert "gpu-cluster:cluster.provider: required key is missing" in refusal(
        "onprem", {"cluster.provider": None}
    )


def test_missing_kubeconfig_is_an_error(tmp_path: Path) -> None:
    elsewhere = stack("onprem", {"cluster.kubeconfig": "no/such/kubeconfig"})
    with pytest.raises(NoKubeconfigError, match=r"no/such/kubeconfig does not exist"):
        backend_for(elsewhere, tmp_path)


@pytest.mark.parametrize("found", ["onprem", "edge", "local"])
def test_existing_cluster_has_no_aws_resources(found: str) -> None:
    assert of_package(platform(found), "aws") == []


def test_nodes_are_selected_by_the_labels_of_the_site() -> None:
    found = {
        value
        for plugin in platform("onprem").of("DaemonSet")
        if plugin["metadata.name"] != "node-exporter"  # runs on every node
        for term in plugin[REQUIRED]
        for label in term["matchExpressions"]
        for value in [label["key"], *label["values"]]
    }
    assert found == {"example.com/gpu", "h100", "h100-mig"}


def test_cluster_with_its_own_device_plugin_gets_no_second_one() -> None:
    made = edited("onprem", {"gpu": {"devicePlugin": False}}).of("DaemonSet")
    assert {it["metadata.namespace"] for it in made} == {"telemetry-nodes"}


def test_dns_policy_allows_the_node_local_cache() -> None:
    """NodeLocal DNSCache uses the network of its node, where no pod selector matches it."""
    allowed = [it for it in platform("onprem").of("NetworkPolicy") if it["metadata.name"] == "allow-dns"]
    assert allowed
    for policy in allowed:
        [rule] = policy["spec.egress"]
        assert {"ipBlock": {"cidr": "169.254.20.10/32"}} in rule["to"]


def test_doctor_reports_nodes_without_the_expected_label() -> None:
    api = Answers()
    strangers = servers()
    for server in strangers:
        server["metadata"]["labels"] = {"site.example/rack": "7"}
    api.paths["/api/v1/nodes"] = listed(*strangers)
    [found] = [check for check in cluster(stack("onprem", {}), api) if check.name == "h100"]
    assert found.verdict is CheckStatus.FAIL


def test_doctor_reports_an_existing_device_plugin() -> None:
    api = Answers()
    api.paths["/apis/apps/v1/daemonsets"] = listed(daemons("nvidia-device-plugin-daemonset"))
    [found] = [check for check in cluster(stack("onprem", {}), api) if check.name == "device plugin"]
    assert found.verdict is CheckStatus.FAIL
