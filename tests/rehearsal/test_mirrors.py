"""A model that a Job mirrors into a store, with the real engine and control plane.

Each test builds on the previous one.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal import Sandbox
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from tests.rehearsal.site import run, site_sandbox

pytestmark = [pytest.mark.engine, pytest.mark.slow]

BEFORE, AFTER = "a" * 40, "b" * 40
SITE = """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: /nowhere/kubeconfig}
  gpu-cluster:gpu: {devicePlugin: false}
  gpu-cluster:telemetry: {enabled: false}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 1, labels: {site.example/role: system}}
    l4: {instance: g6.4xlarge, nodes: 2, labels: {site.example/role: l4}}
  gpu-cluster:storage:
    disk: {kind: local-path, default: true}
    models: {kind: nfs-folder, server: files.example.com, share: /srv/models}
  gpu-cluster:serving:
    models:
      chat:
        model: Qwen/Qwen3-8B
        pool: l4
        replicas: 1
        context: 8192
        store: models
"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("mirrors")
    with site_sandbox(folder, SITE) as sandbox, simulated_controllers(sandbox):
        yield sandbox


def jobs(sandbox: Sandbox) -> list[Any]:
    return sandbox.api.items("/apis/batch/v1/namespaces/serving/jobs")


def arguments(sandbox: Sandbox) -> list[str]:
    server = sandbox.api.get("/apis/apps/v1/namespaces/serving/deployments/chat")
    return server["spec"]["template"]["spec"]["containers"][0]["args"]


STORAGE = ("config", "gpu-cluster:storage", "models")
CHAT = ("config", "gpu-cluster:serving", "models", "chat")


def test_store_in_use_can_become_one_that_a_job_fills(sandbox: Sandbox) -> None:
    run(sandbox, "up")
    assert arguments(sandbox)[0] == "/weights/Qwen/Qwen3-8B"
    sandbox.stack_file.put((*STORAGE, "writable"), True)
    sandbox.stack_file.put((*CHAT, "mirror"), True)
    sandbox.stack_file.put((*CHAT, "revision"), BEFORE)

    run(sandbox, "up")

    [job] = jobs(sandbox)
    assert job["status"]["succeeded"] == 1
    claim = sandbox.api.get("/api/v1/namespaces/serving/persistentvolumeclaims/models")
    assert claim["status"]["phase"] == "Bound"
    assert arguments(sandbox)[0] == f"/weights/Qwen/Qwen3-8B/{BEFORE}"
    [pod] = [
        it
        for it in sandbox.api.items("/api/v1/namespaces/serving/pods")
        if "mirror" in it["metadata"]["name"]
    ]
    node = sandbox.api.get(f"/api/v1/nodes/{pod['spec']['nodeName']}")
    assert node["metadata"]["labels"]["site.example/role"] == "system"


def test_second_update_changes_nothing(sandbox: Sandbox) -> None:
    before = jobs(sandbox)

    assert run(sandbox, "up") == []

    assert [it["metadata"]["uid"] for it in jobs(sandbox)] == [it["metadata"]["uid"] for it in before]


def test_new_revision_is_mirrored_before_servers_read_it(sandbox: Sandbox) -> None:
    [before] = jobs(sandbox)
    sandbox.stack_file.put((*CHAT, "revision"), AFTER)

    run(sandbox, "up")

    [job] = jobs(sandbox)
    assert job["metadata"]["name"] != before["metadata"]["name"]
    assert job["status"]["succeeded"] == 1
    assert f"/weights/Qwen/Qwen3-8B/{AFTER}" in arguments(sandbox)


def test_destroy_leaves_no_jobs(sandbox: Sandbox) -> None:
    run(sandbox, "destroy")

    assert sandbox.api.items("/apis/batch/v1/jobs") == []
