"""All-reduce over EFA from the output of nccl-tests; pods on the real API server: tests/rehearsal."""

import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster_tools.doctor.api_server import Object
from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.verify import efa_jobs as subject
from gpu_cluster_tools.verify.efa_jobs import efa_jobs
from gpu_cluster_tools.verify.measurement import Measurement
from gpu_cluster_tools.verify.nccl import all_reduce, network
from gpu_cluster_tools.verify.run_job import JobPod, JobResult, NotStartedError
from gpu_cluster_tools.verify.run_namespace import RunNamespace
from gpu_cluster_tools.verify.ssh_files import ssh_files
from tests.pains.platforms import stack
from tests.unit.gpu_cluster_tools.verify.clusters import nodes_of
from tests.unit.gpu_cluster_tools.verify.test_free_gpus import taken

Answer = Callable[[object, JobPod, int], JobResult]
OK, WARN, FAIL, SKIP = CheckStatus.OK, CheckStatus.WARN, CheckStatus.FAIL, CheckStatus.SKIP
PROD = stack("prod", {})
G5 = """\
[1,0]<stdout>:worker-0:21:21 [0] NCCL INFO NET/OFI Selected Provider is efa (found 1 nics)
[1,0]<stdout>:worker-0:21:21 [0] NCCL INFO Using network AWS Libfabric
[1,0]<stdout>:#       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw #wrong
[1,0]<stdout>:   536870912     134217728     float     sum      -1   171351    3.13    3.13      0   171823    3.12    3.12      0
[1,0]<stdout>:  1073741824     268435456     float     sum      -1   344981    3.11    3.11      0   344454    3.12    3.12      0
[1,0]<stdout>:# Out of bounds values : 0 OK
[1,0]<stdout>:# Avg bus bandwidth    : 1.15327
"""  # noqa: E501
"""Output of two g5.8xlarge, 25 Gbps: example elastic-fabric-adapter of AWS EKS Blueprints for Terraform."""

P4D = " 1073741824 268435456 float sum 35215 30.49 57.17 4e-07 35198 30.51 57.20 4e-07"
"""Output of two p4d.24xlarge, 400 Gbps, of an older release: NVIDIA/nccl issue 527, 2022-07-25."""


def test_published_outputs_are_parsed() -> None:
    found = all_reduce(G5)
    assert (found.bytes, found.bus_gbps, found.wrong) == (1073741824, 3.12, 0)
    assert network(G5) == "AWS Libfabric"
    assert all_reduce(P4D).bus_gbps == 57.20


@pytest.mark.parametrize(("gbps", "output"), [(25, G5), (400, P4D)])
def test_published_bandwidth_reaches_the_line_rate(gbps: float, output: str) -> None:
    assert all_reduce(output).bus_gbps / (gbps / 8) > 0.99


def seen(
    monkeypatch: pytest.MonkeyPatch, log: str | Answer, pods: tuple[Object, ...] = (), nodes: int = 2
) -> tuple[Measurement, list[JobPod]]:
    """The check of the pool with EFA, and the pods that ran."""
    ran: list[JobPod] = []

    @contextmanager
    def running(_: object, pod: JobPod, seconds: int) -> Generator[str]:
        ran.append(pod)
        yield "10.0.0.7"

    def run(_: object, pod: JobPod, seconds: int) -> JobResult:
        ran.append(pod)
        return JobResult(True, log, "") if isinstance(log, str) else log(_, pod, seconds)

    @contextmanager
    def prepared(_: object) -> Generator[None]:
        yield

    monkeypatch.setattr(subject, "running_job", running)
    monkeypatch.setattr(subject, "run_job", run)
    monkeypatch.setattr(subject, "_prepared", prepared)
    found = [it for it in nodes_of(PROD) if not it["metadata"]["name"].startswith("h100-")]
    found += [it for it in nodes_of(PROD) if it["metadata"]["name"].startswith("h100-")][:nodes]
    checks = list(efa_jobs(PROD, pools_of(PROD), found, pods, cast(RunNamespace, None)))
    [check] = [it for it in checks if it.name == "h100 EFA"]
    return check, ran


def output(busbw: float, network: str = "Libfabric") -> str:
    cells = f"0.1 {busbw} {busbw} 0 0.1 {busbw} {busbw} 0"
    return f"a:1:1 [0] NCCL INFO Using network {network}\n 1073741824 268435456 float sum -1 {cells}\n"


@pytest.mark.parametrize(("busbw", "verdict"), [(390.0, OK), (250.0, WARN), (90.0, FAIL)])
def test_bandwidth_is_compared_with_that_of_the_instance(
    busbw: float, verdict: CheckStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, ran = seen(monkeypatch, output(busbw))
    assert check.verdict is verdict, check
    assert check.numbers == {
        "busGBps": busbw,
        "gpus": 16,
        "wrong": 0,
        "lineGBps": 400,
        "part": round(busbw / 400, 2),
    }
    assert check.found.endswith("of h100-0 and h100-1, " + check.found.rpartition(", ")[2])
    assert [pod.node for pod in ran] == ["h100-1", "h100-0"]


def test_both_pods_have_all_gpus_and_efa_interfaces_of_their_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    _, (second, first) = seen(monkeypatch, output(390))
    for pod in (first, second):
        assert pod.limits["nvidia.com/gpu"] == "8"
        assert pod.limits["vpc.amazonaws.com/efa"] == "32"
        assert "hugepages-2Mi" not in pod.limits  # these nodes have no huge pages
        assert pod.env["FI_EFA_USE_HUGE_PAGE"] == "0"
    assert "-np 16 -N 8" in first.script
    assert '"$(hostname):8,10.0.0.7:8"' in first.script
    assert "sshd -D -e" in second.script


def test_huge_pages_are_used_if_the_node_has_them() -> None:
    node = next(it for it in nodes_of(PROD) if it["metadata"]["name"] == "h100-0")
    node["status"]["allocatable"]["hugepages-2Mi"] = "42242Mi"
    pod = subject._pod(PROD, pools_of(PROD)["h100"], node, "true")  # pyright: ignore[reportPrivateUsage]
    [container] = pod.spec([])["containers"]
    assert container["resources"]["requests"]["hugepages-2Mi"] == "5120Mi"
    assert container["resources"]["limits"]["hugepages-2Mi"] == "5120Mi"
    assert "FI_EFA_USE_HUGE_PAGE" not in pod.env


def test_tcp_instead_of_efa_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    check, _ = seen(monkeypatch, output(390, "Socket"))
    assert (check.verdict, check.found) == (FAIL, "NCCL used TCP and not EFA between h100-0 and h100-1")


def test_nodes_with_gpu_pods_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    check, ran = seen(monkeypatch, output(390), pods=(taken("h100-0"),))
    wanted = "1 of 2 nodes has all 8 GPUs and 32 EFA interfaces free; the test needs two"
    assert (check.verdict, check.found, check.blocked, ran) == (SKIP, wanted, True, [])


def test_single_node_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    check, ran = seen(monkeypatch, output(390), nodes=1)
    assert (check.verdict, check.blocked, ran) == (SKIP, True, [])


def test_pod_that_does_not_start_blocks_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object, pod: JobPod, seconds: int) -> JobResult:
        raise NotStartedError("ErrImagePull: public.ecr.aws/hpc-cloud/nccl-tests")

    check, _ = seen(monkeypatch, refuse)
    assert (check.verdict, check.blocked) == (SKIP, True)


def test_pool_with_efa_disabled_is_skipped_with_a_reason() -> None:
    settings = stack("prod", {"pools.h100.efa": False})
    checks = efa_jobs(settings, pools_of(settings), nodes_of(settings), (), cast(RunNamespace, None))
    found = {check.name: check.found for check in checks}
    assert found["h100 EFA"] == "pools.h100.efa is not true"


def test_ssh_accepts_the_written_files(tmp_path: Path) -> None:
    """The files were also tried with a real sshd and the capabilities of the pod: docs/verify.md."""
    files = {name: text.replace("/secret", str(tmp_path)) for name, text in ssh_files().items()}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o400)
    shown = _output("ssh", "-G", "-F", str(tmp_path / "ssh_config"), "10.0.0.7").splitlines()
    assert {"port 2222", "user root", "stricthostkeychecking true", "identitiesonly yes"} <= set(shown)
    public = _output("ssh-keygen", "-y", "-f", str(tmp_path / "key")).strip()
    assert files["authorized_keys"].strip() == public
    assert files["known_hosts"].strip() == f"* {public}"


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
