"""An alert from Prometheus through Alertmanager on kubelets to a webhook in the cluster.

Its Secret is created after the update, as by a user whose namespace did not exist before.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gpu_cluster_tools.doctor.api_server import ApiServer
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from gpu_cluster_tools.verify.port_forward import port_forward
from tests.real_node.platform import Platform, brought_up, wait
from tests.rehearsal.checkout import Checkout, run_gpu_cluster
from tests.rehearsal.pod_readiness import is_ready

_MISSING = missing_requirement()

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(_MISSING is not None, reason=f"real nodes need {_MISSING}"),
]

STACK = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 1}
    l4: {instance: g6.4xlarge, nodes: 1}
  gpu-cluster:storage:
    standard: {kind: host-path, default: true, reclaim: delete}
  gpu-cluster:telemetry: {intervalSeconds: 5, size: 1Gi, alerts: {webhook: true, secret: pager}}
  gpu-cluster:serving:
    models:
      chat:
        model: meta-llama/Llama-3.1-8B-Instruct
        pool: l4
        replicas: 1
        context: 8192
        cache: {size: 40Gi}
"""
PORT = 6443  # allowed by the network policy of the namespace
ALERTMANAGERS = "/api/v1/namespaces/telemetry/pods?labelSelector=app.kubernetes.io%2Fname%3Dalertmanager"
NODE = "l4-0"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    checkout = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("alerts")) / "project")
    checkout.stack_file.write_text(STACK)
    with brought_up(checkout) as up:
        assert "alertmanager" in up.stdout, "the summary names what is not ready"
        platform = Platform(checkout.folder / ".local")
        platform.import_client()
        yield platform


@pytest.fixture(scope="module")
def receiver(platform: Platform) -> str:
    """A pod that prints what the webhook receives; its address is in the Secret."""
    [unhealthy] = _unhealthy(platform)
    assert unhealthy["owner"] == "alertmanager"
    assert unhealthy["reason"] == "ContainerCreating; mounts Secret pager, which must exist"
    path = platform.begin("default", "receive", str(PORT))
    address = wait(lambda: platform.api.get(path)["status"].get("podIP"))
    url = base64.b64encode(f"http://{address}:{PORT}/token\n".encode()).decode()
    secret = {"metadata": {"name": "pager"}, "data": {"webhook-url": url}}
    platform.api.create("/api/v1/namespaces/telemetry/secrets", secret)
    wait(lambda: all(is_ready(pod) for pod in platform.api.items(ALERTMANAGERS)), 240)
    assert _unhealthy(platform) == []
    return path.rpartition("/")[2]


def _unhealthy(platform: Platform) -> list[dict[str, Any]]:
    shown = run_gpu_cluster(platform.local.parent, "status", "--json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)["unhealthyPods"]


def _verified(platform: Platform) -> dict[str, Any]:
    verified = run_gpu_cluster(platform.local.parent, "verify", "--json")
    checks = json.loads(verified.stdout)["checks"]
    return next(it for it in checks if (it["group"], it["name"]) == ("telemetry", "alerts"))


def test_faulty_gpu_alert_reaches_the_webhook_with_its_runbook(platform: Platform, receiver: str) -> None:
    """The test sets the detector's condition; kube-state-metrics reads it from the API server."""
    assert _verified(platform)["numbers"]["critical"] == 0
    fault = {"type": "GpuFault", "status": "True", "reason": "NvidiaXid79", "message": "XID 79"}
    platform.api.patch(f"/api/v1/nodes/{NODE}/status", {"status": {"conditions": [fault]}})

    [posted] = wait(lambda: platform.log("default", receiver).splitlines(), 120)

    [alert] = json.loads(posted)["alerts"]
    assert (alert["status"], alert["labels"]["alertname"]) == ("firing", "GpuNodeFaulty")
    assert alert["labels"]["node"] == NODE
    assert "Repair the server, then reboot it." in alert["annotations"]["runbook"]
    assert "runbook_url" not in alert["annotations"]
    found = _verified(platform)
    assert (found["verdict"], found["numbers"]["critical"]) == ("FAIL", 1)
    assert found["advice"] == f"GpuNodeFaulty: {alert['annotations']['runbook']}"


def test_alertmanager_is_scraped_and_has_no_failed_notifications(platform: Platform, receiver: str) -> None:
    """The metrics have the names used by the alert for failed notifications."""
    failed = _asked(platform, 'alertmanager_notifications_failed_total{integration="webhook"}')
    assert failed
    assert {it["value"][1] for it in failed} == {"0"}
    assert _asked(platform, "prometheus_notifications_errors_total")


def _asked(platform: Platform, query: str) -> list[dict[str, Any]]:
    """Uses the API server and the kubelet, because network policies deny other pods."""
    api = ApiServer(platform.local / "kubeconfig")
    with port_forward(api, "telemetry", "prometheus-0", 9090, timeout=30) as connection:
        connection.request("GET", f"/api/v1/query?query={quote(query)}")
        return json.loads(connection.getresponse().read())["data"]["result"]
