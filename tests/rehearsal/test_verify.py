"""Nodes, models and permissions on the real API server; tests/real_node verifies running programs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpu_cluster.stack import load
from gpu_cluster_tools.doctor.api_server import ApiServer, ForbiddenError
from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.rehearsal import KubernetesClient
from gpu_cluster_tools.rehearsal.cluster_state.leftovers import settled_objects
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.verify import Measurement, verify
from gpu_cluster_tools.verify.port_forward import port_forward
from tests.rehearsal.site import site_with_nodes
from tests.rehearsal.test_doctor import SITE

pytestmark = pytest.mark.engine

_MISSING = ("models: chat", "autoscaling: chat", "telemetry: Prometheus")
OK, FAIL, SKIP = CheckStatus.OK, CheckStatus.FAIL, CheckStatus.SKIP


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with site_with_nodes(tmp_path_factory.mktemp("site"), SITE) as folder:
        yield folder


def seen(site: Path, kubeconfig: str = "kubeconfig") -> dict[str, Measurement]:
    stack = load(site / "Pulumi.site.yaml")
    return {f"{it.group}: {it.name}": it for it in verify(stack, ApiServer(site / kubeconfig))}


def test_simulated_nodes_pass_and_programs_on_them_are_skipped(site: Path) -> None:
    before = settled_objects(DynamicClient(site / "kubeconfig"))

    found = seen(site)

    assert found["nodes: gpu nvidia.com/gpu"].found == "8 allocatable on 2 nodes, expected 8"
    assert {check.verdict for check in found.values() if check.group == "nodes"} == {OK}
    assert found["nodes: gpu"].numbers["ready"] == 2
    assert found["driver: gpu"].verdict is SKIP
    assert {found[name].verdict for name in _MISSING} == {FAIL}
    assert settled_objects(DynamicClient(site / "kubeconfig")) == before


def test_lost_gpu_fails(site: Path) -> None:
    live = KubernetesClient(site / "kubeconfig")
    live.offer("gpu-0", {"nvidia.com/gpu": 3})
    lost = seen(site)["nodes: gpu nvidia.com/gpu"]
    live.offer("gpu-0", {"nvidia.com/gpu": 4})
    assert (lost.verdict, lost.numbers) == (FAIL, {"allocatable": 7, "planned": 8})
    assert lost.found.endswith("less on: gpu-0")


def test_guest_gets_the_name_of_the_missing_permission(site: Path) -> None:
    """The guest uses the token of a service account without any permissions."""
    server = DynamicClient(site / "kubeconfig")
    server.create("/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": "guest"}})
    token = ApiServer(site / "kubeconfig").create(
        "/api/v1/namespaces/default/serviceaccounts/guest/token", {"spec": {"audiences": []}}
    )
    config = json.loads((site / "kubeconfig").read_text())
    config["users"][0]["user"] = {"token": token["status"]["token"]}
    (site / "guest").write_text(json.dumps(config))

    found = seen(site, "guest")
    assert {name for name, check in found.items() if check.blocked} == {
        "nodes: nodes",
        "models: chat",
        "telemetry: alerts",
    }

    with (
        pytest.raises(ForbiddenError, match=r'cannot .* resource "pods/portforward"'),
        port_forward(ApiServer(site / "guest"), "default", "any", 80, timeout=5),
    ):
        pass
