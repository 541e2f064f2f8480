"""Create, update and destroy an EKS cluster: its nodes, GPUs and access."""

import base64
import json
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal import LocalControlPlane
from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.identity import access_key
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import KubernetesClient, labels_of, name_of
from gpu_cluster_tools.rehearsal.simulated_nodes.device_plugins import DevicePlugins
from gpu_cluster_tools.toolchain import install
from tests.rehearsal.aws.project import Project

pytestmark = [pytest.mark.engine, pytest.mark.slow]

POOL, ZONE = "gpu-cluster/pool", "topology.kubernetes.io/zone"


@dataclass(frozen=True)
class Site:
    project: Project
    cluster: KubernetesClient

    def nodes(self, pool: str) -> dict[str, Any]:
        """Nodes of a pool by name, as JSON."""
        found = [node for node in self.cluster.nodes() if labels_of(node)[POOL] == pool]
        return {name_of(node): node.to_dict() for node in found}  # pyright: ignore[reportUnknownMemberType]


@pytest.fixture(scope="module")
def site(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = Path(tmp_path_factory.mktemp("eks"))
    control_plane = LocalControlPlane(folder, install(), account=account.endpoint)
    control_plane.start()
    account.serve_clusters(control_plane.kubeconfig)
    cluster = KubernetesClient(control_plane.kubeconfig)
    with DevicePlugins(cluster):
        yield Site(Project.of(folder / "eks", account, "eks"), cluster)
    control_plane.remove()


def test_node_groups_create_nodes_in_their_zones(site: Site) -> None:
    site.project.up()

    system, (l4,) = site.nodes("system"), site.nodes("l4").values()
    zones = {node["metadata"]["labels"][ZONE] for node in system.values()}
    assert len(zones) == 2
    assert zones < {"eu-central-1a", "eu-central-1b", "eu-central-1c"}
    assert all(name.startswith("ip-10-40-") for name in system)
    assert l4["status"]["nodeInfo"]["kubeletVersion"].startswith("v1.34.")
    assert [taint["key"] for taint in l4["spec"]["taints"]] == ["nvidia.com/gpu"]


def test_gpus_are_allocatable_after_the_device_plugin_runs(site: Site) -> None:
    (l4,) = site.nodes("l4").values()
    assert l4["status"]["allocatable"]["nvidia.com/gpu"] == "4"

    pods = [pod for pod in site.cluster.pods("serving") if name_of(pod).startswith("model-")]  # pyright: ignore[reportArgumentType]
    assert {pod.spec.nodeName for pod in pods if pod.spec} == {l4["metadata"]["name"]}


def test_second_preview_has_no_changes_and_refresh_no_drift(site: Site) -> None:
    preview = site.project.pulumi("preview", "--expect-no-changes", "--diff")
    assert preview.returncode == 0, preview.stdout

    refresh = site.project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert refresh.returncode == 0, refresh.stdout


def test_principals_have_the_permissions_of_their_access_entries(site: Site) -> None:
    outputs = site.project.outputs()
    team, config = outputs["team"], json.loads(outputs["kubeconfig"])
    environment = site.project.environment()
    here, elsewhere = "/api/v1/namespaces/serving/pods", "/api/v1/namespaces/kube-system/pods"

    def status(path: str, principal: str, cluster: str = config["current-context"]) -> int:
        """Response of the API server to a token of `aws eks get-token` for a cluster."""
        signed = environment | {"AWS_ACCESS_KEY_ID": access_key(principal)}
        return _get(config["clusters"][0]["cluster"], path, _token(config, signed, cluster))

    assert status(here, team) == 200
    assert status(elsewhere, team) == 403
    assert status(here, team, cluster="another") == 401
    assert status(here, "arn:aws:iam::123456789012:role/stranger") == 401
    assert status(elsewhere, "arn:aws:iam::123456789012:role/rehearsal") == 200


def test_changed_labels_and_sizes_reach_existing_nodes(site: Site) -> None:
    before = set(site.nodes("system"))
    site.project.configure("purpose", "changed")
    site.project.configure("size", "3")

    assert "~ 2 updated" in site.project.up()

    after = site.nodes("system")
    assert before < after.keys()
    assert {node["metadata"]["labels"]["purpose"] for node in after.values()} == {"changed"}


def test_upgrade_replaces_nodes_one_by_one(site: Site) -> None:
    before = {node["spec"]["providerID"] for node in site.nodes("l4").values()}
    site.project.configure("version", "1.35")
    site.project.configure("disk", "200")

    site.project.up()

    (after,) = site.nodes("l4").values()
    assert after["spec"]["providerID"] not in before
    assert after["status"]["nodeInfo"]["kubeletVersion"].startswith("v1.35.")
    assert after["status"]["capacity"]["ephemeral-storage"] == "200Gi"


def test_destroy_leaves_nothing(site: Site) -> None:
    assert site.project.account.leftovers()

    destroyed = site.project.pulumi("destroy", "--yes", "--skip-preview")

    assert destroyed.returncode == 0, destroyed.stdout
    assert site.project.account.leftovers() == []
    assert site.cluster.nodes() == []


def _token(config: dict[str, Any], environment: dict[str, str], cluster: str) -> str:
    """Output of a kubeconfig's command, changed to this cluster."""
    command = config["users"][0]["user"]["exec"]
    words = [cluster if word == config["current-context"] else word for word in command["args"]]
    program = f"{environment['PATH'].partition(':')[0]}/{command['command']}"
    done = subprocess.run([program, *words], env=environment, capture_output=True, check=True)
    return json.loads(done.stdout)["status"]["token"]


def _get(server: dict[str, str], path: str, token: str) -> int:
    trusted = base64.b64decode(server["certificate-authority-data"]).decode()
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cadata=trusted)),
    )
    request = urllib.request.Request(server["server"] + path, headers={"Authorization": f"Bearer {token}"})
    try:
        return opener.open(request).status
    except urllib.error.HTTPError as error:
        return error.code
