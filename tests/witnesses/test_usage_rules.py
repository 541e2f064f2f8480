"""promtool evaluates the recording rules of usage on series in the format of exporters."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gpu_cluster.kubernetes.telemetry import rule_files
from tests.witnesses.promtool import promtool

pytestmark = pytest.mark.engine

SELECTORS = {"l4": {"gpu-cluster/pool": "l4"}, "dgx": {"nvidia.com/gpu.product": "NVIDIA-H100"}}
SERIES = {
    'kube_node_labels{node="a",label_gpu_cluster_pool="l4",label_node_kubernetes_io_instance_type="g6.4xlarge",'
    'label_eks_amazonaws_com_capacity_type="SPOT"}': "1x40",
    'kube_node_labels{node="b",label_gpu_cluster_pool="l4",label_node_kubernetes_io_instance_type="g6.4xlarge",'
    'label_karpenter_sh_capacity_type="on-demand"}': "1x40",
    'kube_node_labels{node="d",label_nvidia_com_gpu_product="NVIDIA-H100"}': "1x40",
    'kube_node_labels{node="o"}': "1x40",
    'kube_node_status_allocatable{node="a",resource="nvidia_com_gpu"}': "2x40",
    'kube_node_status_allocatable{node="b",resource="nvidia_com_gpu"}': "2x40",
    'kube_node_status_allocatable{node="d",resource="nvidia_com_gpu"}': "8x40",
    'kube_node_status_allocatable{node="o",resource="cpu"}': "8x40",
    # A model with two GPUs, one of which is unused after ten minutes.
    'kube_pod_container_resource_requests{namespace="serving",pod="chat",uid="1",container="c",node="a",'
    'resource="nvidia_com_gpu"}': "2x40",
    'kube_pod_status_phase{namespace="serving",pod="chat",uid="1",phase="Running"}': "1x40",
    'kube_pod_labels{namespace="serving",pod="chat",uid="1",label_app_kubernetes_io_instance="chat",'
    'label_app_kubernetes_io_part_of="gpu-cluster"}': "1x40",
    'DCGM_FI_DEV_GPU_UTIL{namespace="serving",pod="chat",gpu="0",UUID="u0",node="a"}': "50x40",
    'DCGM_FI_DEV_GPU_UTIL{namespace="serving",pod="chat",gpu="1",UUID="u1",node="a"}': "50x10 0x29",
    # A starting pod of a team, whose labels are those of another program.
    'kube_pod_container_resource_requests{namespace="vision",pod="train",uid="2",container="c",node="d",'
    'resource="nvidia_com_gpu"}': "4x40",
    'kube_pod_status_phase{namespace="vision",pod="train",uid="2",phase="Pending"}': "1x40",
    'kube_pod_labels{namespace="vision",pod="train",uid="2",'
    'label_app_kubernetes_io_instance="release"}': "1x40",
    # An unscheduled pod, and a completed one.
    'kube_pod_container_resource_requests{namespace="vision",pod="waits",uid="3",container="c",'
    'resource="nvidia_com_gpu"}': "4x40",
    'kube_pod_status_phase{namespace="vision",pod="waits",uid="3",phase="Pending"}': "1x40",
    'kube_pod_container_resource_requests{namespace="vision",pod="done",uid="4",container="c",node="d",'
    'resource="nvidia_com_gpu"}': "4x40",
    'kube_pod_status_phase{namespace="vision",pod="done",uid="4",phase="Succeeded"}': "1x40",
}
REPLACED = {
    f'{name[:-1]},instance="replaced"}}': values
    for name, values in SERIES.items()
    if name.startswith("kube_") and 'node="a"' in name
}
"""kube-state-metrics was replaced, so its series exist twice."""

A = 'pool="l4", instance_type="g6.4xlarge", capacity_type="SPOT"'
B = 'pool="l4", instance_type="g6.4xlarge", capacity_type="on-demand"'
D = 'pool="dgx"'
CHAT = f'{A}, namespace="serving", workload="chat"'
EXPECTED: dict[str, dict[str, float]] = {
    "nodes:by_kind": {A: 1, B: 1, D: 1, "": 1},
    "gpus_offered:by_kind": {f'{it}, resource="nvidia_com_gpu"': n for it, n in ((A, 2), (B, 2), (D, 8))},
    "gpus_held:by_workload": {
        f'{CHAT}, resource="nvidia_com_gpu"': 2,
        f'{D}, namespace="vision", resource="nvidia_com_gpu"': 4,
    },
    "gpus_used:by_workload": {CHAT: 1},
    "gpus_idle:by_workload": {CHAT: 1},
    "gpus_free:by_pool": {'pool="l4"': 2, 'pool="dgx"': 4},
    "gpus_requested:by_namespace": {
        'namespace="serving", resource="nvidia_com_gpu"': 2,
        'namespace="vision", resource="nvidia_com_gpu"': 4,
    },
    "gpu_usd_per_hour:by_namespace": {'namespace="serving"': 2.64},
}
"""Values after half an hour: the second GPU was used until minute 10, and is idle from minute 26."""


def rules(folder: Path) -> Path:
    file = folder / "usage.rules.yml"
    file.write_text(rule_files(None, {}, {"l4": 1.32}, SELECTORS)[file.name])
    return file


def case(at: str, expected: dict[str, dict[str, float]]) -> dict[str, Any]:
    return {
        "interval": "1m",
        "input_series": [
            {"series": name, "values": values} for name, values in {**SERIES, **REPLACED}.items()
        ],
        "promql_expr_test": [
            {
                "expr": f"gpu_cluster:{name}",
                "eval_time": at,
                "exp_samples": [
                    {"labels": f"gpu_cluster:{name}{{{labels}}}", "value": value}
                    for labels, value in samples.items()
                ],
            }
            for name, samples in expected.items()
        ],
    }


def evaluate(folder: Path, *cases: dict[str, Any]) -> None:
    content = {"rule_files": [rules(folder).name], "evaluation_interval": "1m", "tests": list(cases)}
    file = folder / "usage.test.yml"
    file.write_text(yaml.safe_dump(content))
    promtool("test", "rules", files=[file])


def test_nodes_and_gpus_are_counted_by_pool_holder_and_use(tmp_path: Path) -> None:
    before = {"gpus_used:by_workload": {CHAT: 2.0}, "gpus_idle:by_workload": {}}
    evaluate(tmp_path, case("30m", EXPECTED), case("24m", before))


def test_wrong_count_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"(?s)gpus_idle.*got:"):
        evaluate(tmp_path, case("30m", {"gpus_idle:by_workload": {CHAT: 2}}))
