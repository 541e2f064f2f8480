"""Volumes of storage classes, judged by the output of their Jobs."""

from typing import cast

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster_tools.doctor.api_server import NoAnswerError, Object
from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.verify import storage_jobs as subject
from gpu_cluster_tools.verify.measurement import Measurement
from gpu_cluster_tools.verify.run_job import JobPod, JobResult, NotStartedError
from gpu_cluster_tools.verify.run_namespace import RunNamespace
from gpu_cluster_tools.verify.storage_jobs import storage_jobs
from tests.pains.platforms import stack
from tests.unit.gpu_cluster_tools.verify.clusters import Cluster, nodes_of

OK, WARN, FAIL, SKIP = CheckStatus.OK, CheckStatus.WARN, CheckStatus.FAIL, CheckStatus.SKIP
PROD = stack("prod", {})
"""A stack with a disk class of 500 MiB/s, an EFS class, and two stores."""


def printed(*seconds: float) -> JobResult:
    """Seconds of writing and reading the data."""
    lines = [f"1073741824 bytes (1.0GB) copied, {it} seconds, 1.0MB/s" for it in seconds]
    return JobResult(succeeded=True, log="\n".join(lines), reason="")


class Claims(Cluster):
    """Accepts claims, unless set to refuse."""

    def __init__(self, *, refuse: bool = False) -> None:
        super().__init__()
        self.claims: list[Object] = []
        self.refuse = refuse

    def create(self, path: str, body: Object) -> Object:
        if self.refuse:
            raise NoAnswerError("exceeded quota")
        self.claims.append(body)
        return body


class Namespace:
    def __init__(self, api: Claims) -> None:
        self.api = api


def seen(
    monkeypatch: pytest.MonkeyPatch,
    answer: JobResult | NotStartedError,
    api: Claims | None = None,
) -> dict[str, Measurement]:
    def run(_: object, pod: JobPod, seconds: int) -> JobResult:
        assert pod.claim
        if isinstance(answer, NotStartedError):
            raise answer
        return answer

    monkeypatch.setattr(subject, "run_job", run)
    namespace = cast(RunNamespace, Namespace(api or Claims()))
    found = storage_jobs(PROD, pools_of(PROD), nodes_of(PROD), namespace)
    return {check.name: check for check in found}


@pytest.mark.parametrize(("seconds", "verdict"), [(2.0, OK), (8.0, WARN)])
def test_disk_is_compared_with_its_stated_throughput(
    seconds: float, verdict: CheckStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = seen(monkeypatch, printed(2.0, seconds))["fast"]
    assert found.verdict is verdict
    assert found.numbers == {"writtenMiBps": 512, "readMiBps": 1024 / seconds, "statedMiBps": 500}


def test_other_classes_have_no_expected_value_and_stores_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    claims = Claims()
    found = seen(monkeypatch, printed(60.0, 60.0), claims)
    assert (found["home"].verdict, found["home"].found.endswith("no expected value")) == (OK, True)
    assert {found[name].verdict for name in ("datasets", "models")} == {SKIP}
    sizes = {it["metadata"]["name"]: it["spec"]["resources"]["requests"]["storage"] for it in claims.claims}
    assert sizes == {"fast": "10Gi", "home": "10Gi"}


def test_unwritable_volume_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    result = JobResult(False, "dd: error writing '/data/file': No space left on device", "Error")
    assert seen(monkeypatch, result)["fast"].verdict is FAIL
    assert seen(monkeypatch, printed(2.0))["fast"].verdict is FAIL


def test_job_that_did_not_start_blocks_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seen(monkeypatch, NotStartedError("not scheduled"))["fast"].blocked
    assert seen(monkeypatch, printed(2.0, 2.0), Claims(refuse=True))["fast"].blocked
