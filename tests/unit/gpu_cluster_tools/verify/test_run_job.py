"""Pods of Jobs under the rules of the platform; the real API server: tests/rehearsal/test_verify_jobs.py."""

import json

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster.images import BUSYBOX, DCGM, NCCL_TESTS, Image, TaggedImage
from gpu_cluster_policies.evaluate import evaluate_manifests
from gpu_cluster_tools.verify.run_job import JobPod, job_of
from tests.pains.platforms import stack

POOLS = pools_of(stack("local", {}))
L4 = POOLS["l4"]
GPU = {"nvidia.com/gpu": "1"}
AS_ROOT = {"53-non-root", "55-read-only-root"}


@pytest.mark.parametrize(
    ("image", "root", "limits", "broken"),
    [
        (DCGM, True, GPU, AS_ROOT),
        (NCCL_TESTS, False, GPU, {"60-digest-pinned"}),
        (BUSYBOX, False, dict[str, str](), set[str]()),
    ],
)
def test_job_breaks_only_the_documented_rules(
    image: Image | TaggedImage, root: bool, limits: dict[str, str], broken: set[str]
) -> None:
    pool = L4 if limits else POOLS["system"]
    pod = JobPod("job", image.at(None), "true", pool, "node", {**limits, "memory": "1Gi"}, root=root)
    manifest = json.dumps(job_of(pod, [], 60)).encode()
    found = {finding.rule.id for finding in evaluate_manifests({"job.json": manifest}, None).report.findings}
    assert found - {"61-allowed-registry"} == broken  # each project has its own list of registries


def test_job_has_a_deadline_and_no_retries() -> None:
    spec = job_of(JobPod("job", "image", "true", L4, "l4-0", GPU), [{"name": "login"}], 60)["spec"]
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"]) == (0, 960)
    assert spec["template"]["spec"]["imagePullSecrets"] == [{"name": "login"}]
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
