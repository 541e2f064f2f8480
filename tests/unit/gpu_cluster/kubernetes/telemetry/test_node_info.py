"""Node labels in Prometheus series; tests/witnesses/test_usage_rules.py evaluates the expression."""

import pytest

from gpu_cluster.kubernetes.telemetry.node_info import exported_label, node_info, node_labels
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import PROJECT
from tests.unit.platforms import shared_platform_of

OWN = {"l4": {"gpu-cluster/pool": "l4"}}
FOUND = {"dgx": {"nvidia.com/gpu.product": "H100", "site": "a"}}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("gpu-cluster/pool", "label_gpu_cluster_pool"),
        ("eks.amazonaws.com/capacityType", "label_eks_amazonaws_com_capacity_type"),
        ("karpenter.sh/capacity-type", "label_karpenter_sh_capacity_type"),
    ],
)
def test_exported_label_matches_the_naming_of_kube_state_metrics(key: str, name: str) -> None:
    assert exported_label(key) == name


def test_pools_with_the_platform_label_need_no_extra_rule() -> None:
    assert node_info(OWN) == node_info({})


def test_existing_nodes_are_matched_by_all_their_labels() -> None:
    assert 'label_nvidia_com_gpu_product="H100", label_site="a"' in node_info(FOUND)
    assert {"nvidia.com/gpu.product", "site", "gpu-cluster/pool"} <= set(node_labels(FOUND))


def test_kube_state_metrics_exports_the_labels_that_the_rules_use() -> None:
    made = shared_platform_of(load(PROJECT / "stacks/Pulumi.onprem.yaml"))[0]
    [it] = [it for it in made.of("Deployment") if it["metadata.name"] == "kube-state-metrics"]
    [allowed] = [
        arg
        for arg in it["spec.template.spec"]["containers"][0]["args"]
        if arg.startswith("--metric-labels-allowlist=")
    ]
    selectors = {
        key for pool in load(PROJECT / "stacks/Pulumi.onprem.yaml").pools.values() for key in pool.labels
    }
    assert selectors
    for key in ("gpu-cluster/pool", "node.kubernetes.io/instance-type", *selectors):
        assert key in allowed.partition("nodes=[")[2].partition("]")[0]
    assert "pods=[app.kubernetes.io/instance,app.kubernetes.io/part-of]" in allowed
