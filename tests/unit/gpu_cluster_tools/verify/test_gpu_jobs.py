"""GPU Jobs judged by their output; the real kubelet: tests/real_node."""

import json
from collections.abc import Callable
from typing import Any, cast

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.api_server import Object
from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.verify import gpu_jobs as subject
from gpu_cluster_tools.verify.gpu_jobs import gpu_jobs
from gpu_cluster_tools.verify.measurement import Measurement
from gpu_cluster_tools.verify.run_job import JobPod, JobResult, NotStartedError
from gpu_cluster_tools.verify.run_namespace import RunNamespace
from tests.pains.platforms import stack
from tests.unit.gpu_cluster_tools.verify.clusters import nodes_of
from tests.unit.gpu_cluster_tools.verify.test_dcgm import output, result
from tests.unit.gpu_cluster_tools.verify.test_free_gpus import taken
from tests.unit.gpu_cluster_tools.verify.test_nccl import H100_PCIE

OK, WARN, FAIL, SKIP = CheckStatus.OK, CheckStatus.WARN, CheckStatus.FAIL, CheckStatus.SKIP
ONPREM, LOCAL = stack("onprem", {}), stack("local", {})
L4 = "NVIDIA L4, 580.95.05, 23034, 41, 0"
PASSED = output(("software", result("Pass")))
Answer = Callable[[JobPod], JobResult]


def printing(log: str) -> Answer:
    return lambda _: JobResult(succeeded=True, log=log, reason="")


def seen(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, settings: Stack = LOCAL, pods: tuple[Object, ...] = ()
) -> tuple[dict[str, Measurement], list[JobPod]]:
    """Checks by group and name, and the pods that ran."""
    ran: list[JobPod] = []

    def run(_: object, pod: JobPod, seconds: int) -> JobResult:
        ran.append(pod)
        return answer(pod)

    monkeypatch.setattr(subject, "run_job", run)
    namespace = cast(RunNamespace, None)
    found = list(gpu_jobs(settings, pools_of(settings), nodes_of(settings), pods, namespace))
    return {f"{check.group}: {check.name}": check for check in found}, ran


def test_whole_gpus_are_listed_and_diagnosed(monkeypatch: pytest.MonkeyPatch) -> None:
    found, ran = seen(monkeypatch, printing(f"{L4}\n--- dcgm ---\n{PASSED}"))
    assert found["GPU jobs: l4"].verdict is OK
    assert found["GPU jobs: l4"].numbers == {
        "gpus": 1,
        "uncorrectedErrors": 0,
        "driver": 580,
        "hottestCelsius": 41,
    }
    assert found["GPU jobs: l4 DCGM"].numbers == {"tests": 1, "passed": 1, "failed": 0, "warned": 0}
    assert {pod.name for pod in ran} == {"dcgm-l4", "dcgm-l4-shared", "dcgm-a100"}
    assert ran[0].limits == {"nvidia.com/gpu": "1", "memory": "8Gi"}


def test_shared_gpus_are_listed_without_dcgm(monkeypatch: pytest.MonkeyPatch) -> None:
    found, ran = seen(monkeypatch, printing(L4))
    assert found["GPU jobs: l4-shared"].verdict is OK
    assert found["GPU jobs: l4-shared DCGM"].verdict is SKIP
    assert {pod.limits.get("nvidia.com/gpu", "1") for pod in ran} == {"1"}
    assert all("dcgmi" not in pod.script for pod in ran[1:])


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (L4.replace("NVIDIA L4", "Tesla T4"), "NVIDIA-L4 is planned"),
        (L4.replace(" 0", " 2"), "2 ECC errors were not corrected"),
        (L4.replace("580.", "550."), "vLLM needs 580 or later"),
        (f"{L4}\n{L4}", "1 were requested"),
        ("No devices were found", "nvidia-smi lists no GPU on l4-0"),
    ],
)
def test_gpu_other_than_planned_fails(line: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = seen(monkeypatch, printing(f"{line}\n--- dcgm ---\n{PASSED}"))
    assert found["GPU jobs: l4"].verdict is FAIL
    assert says in found["GPU jobs: l4"].found


@pytest.mark.parametrize(
    ("status", "verdict"), [("Pass", OK), ("Warn", WARN), ("Fail", FAIL), ("Skip", SKIP)]
)
def test_worst_dcgm_test_decides(status: str, verdict: CheckStatus, monkeypatch: pytest.MonkeyPatch) -> None:
    text = output(("software", result(status, "persistence mode is off")))
    found, _ = seen(monkeypatch, printing(f"{L4}\n--- dcgm ---\n{text}"))
    assert found["GPU jobs: l4 DCGM"].verdict is verdict


def test_dcgm_without_a_result_blocks_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = seen(monkeypatch, printing(f"{L4}\n--- dcgm ---\nError: unable to connect"))
    assert found["GPU jobs: l4 DCGM"].blocked


def test_gpus_in_use_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    found, ran = seen(monkeypatch, printing(L4), pods=(taken("l4-0"), taken("l4-1")))
    assert found["GPU jobs: l4"].found == "no GPU is free on 2 nodes; running pods are not evicted"
    assert found["GPU jobs: l4"].blocked
    assert "dcgm-l4" not in {pod.name for pod in ran}


def test_image_that_cannot_be_pulled_blocks_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: JobPod) -> JobResult:
        raise NotStartedError("ImagePullBackOff: nvcr.io/nvidia/cloud-native/dcgm")

    found, _ = seen(monkeypatch, refuse)
    assert found["GPU jobs: l4"].blocked


def nccl(monkeypatch: pytest.MonkeyPatch, log: str, name: str = "h100 NVLink", **edits: Any) -> Measurement:
    settings = stack("onprem", edits)

    def answer(pod: JobPod) -> JobResult:
        gpus = "\n".join(["NVIDIA H100 80GB HBM3, 580.95.05, 81559, 34, 0"] * 8)
        return JobResult(True, log if pod.name.startswith("nccl-") else gpus, "")

    found, _ = seen(monkeypatch, answer, settings)
    return found[f"all-reduce: {name}"]


@pytest.mark.parametrize(("busbw", "verdict"), [("478.90", OK), ("260.10", WARN), ("115.93", FAIL)])
def test_nvlink_bandwidth_is_compared_with_its_line_rate(
    busbw: str, verdict: CheckStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = nccl(monkeypatch, H100_PCIE.replace("115.93", busbw))
    assert found.verdict is verdict
    assert (found.numbers["busGBps"], found.numbers["lineGBps"]) == (max(float(busbw), 115.86), 450)


def test_wrong_values_and_missing_measurements_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    assert nccl(monkeypatch, H100_PCIE.replace("values : 0", "values : 1")).verdict is FAIL
    assert nccl(monkeypatch, "NCCL failure").verdict is FAIL


def test_pcie_bandwidth_has_no_expected_value(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = {"machine": {"cpus": 64, "memory": "512Gi", "gpu": "L40S", "gpus": 4}, "nodes": 1}
    settings = stack("onprem", {"pools.l40s": {**machine, "labels": {"site": "l40s"}}})
    line = "NVIDIA L40S, 580.95.05, 46068, 34, 0"

    def answer(pod: JobPod) -> JobResult:
        log = H100_PCIE if pod.name.startswith("nccl-") else "\n".join([line] * 4)
        return JobResult(True, log, "")

    found, _ = seen(monkeypatch, answer, settings)
    assert found["all-reduce: l40s PCIe"].verdict is OK
    assert "no expected value" in found["all-reduce: l40s PCIe"].found


def test_checks_are_serializable_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = seen(monkeypatch, printing(f"{L4}\n--- dcgm ---\n{PASSED}"))
    assert json.loads(json.dumps([check.as_json() for check in found.values()]))
