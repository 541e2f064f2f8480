"""Charts in a registry with a login and a private CA: requirements for the engine to read them."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

import pytest

from gpu_cluster_tools.rehearsal import LocalControlPlane, PulumiEngine, RehearsalError, copy_project
from gpu_cluster_tools.toolchain import ENVOY_GATEWAY_CHARTS, install, provide
from tests.rehearsal.checkout import PROJECT, run_gpu_cluster
from tests.rehearsal.oci_registry import PASSWORD, USER, Names, OciRegistry, crane, push_chart, registry

pytestmark = [pytest.mark.engine, pytest.mark.slow]

HOST = "harbor.example.com"
MIRROR = f"{HOST}/mirror"
SITE = f"""\
config:
  gpu-cluster:cluster: {{provider: existing, kubeconfig: ../cluster/kubeconfig}}
  gpu-cluster:telemetry: {{enabled: false}}
  gpu-cluster:gpu: {{devicePlugin: false}}
  gpu-cluster:registry: {{mirror: {MIRROR}}}
  gpu-cluster:pools:
    general: {{machine: {{cpus: 16, memory: 64Gi}}, nodes: 1, labels: {{site.example/role: general}}}}
    l4: {{instance: g6.xlarge, nodes: 1, labels: {{site.example/role: l4}}}}
  gpu-cluster:extras:
    charts:
      notes:
        chart: oci://{MIRROR}/charts/notes
        version: 1.2.3+a
        namespace: notes
        values: {{text: kept}}
"""
GATEWAY = """\
  gpu-cluster:gateway: {host: models.example.com, tls: {secret: models-tls}}
  gpu-cluster:storage:
    files: {kind: csi, provisioner: csi.site.example, default: true, shared: true}
  gpu-cluster:serving:
    models:
      chat: {model: Qwen/Qwen3-8B, pool: l4, replicas: 1, context: 8192, cache: {size: 40Gi}}
"""
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: notes\nversion: 1.2.3+a\n",
    "values.yaml": "text: none\n",
    "templates/all.yaml": """\
apiVersion: v1
kind: Namespace
metadata: {name: {{ .Release.Namespace }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: notes, namespace: {{ .Release.Namespace }}}
data: {text: {{ .Values.text | quote }}}
""",
}


@dataclass
class Charts:
    """A registry with a user's chart, and those of Envoy Gateway below the mirror prefix."""

    registry: OciRegistry
    notes: Path
    """Folder of the chart."""

    logins: Path
    """Folder with the login as Docker and Helm store it."""

    environment: dict[str, str]
    """Variables by which the engine finds the registry, trusts it and uses its login."""


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Charts]:
    root = Path(tmp_path_factory.mktemp("charts"))
    written = root / "envoy-gateway"
    subprocess.run([provide(ENVOY_GATEWAY_CHARTS), written], check=True)
    for name, text in CHART.items():
        (root / "notes" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "notes" / name).write_text(text)
    with (
        registry(root / "registry", [HOST], login=True) as found,
        Names({f"{HOST}:443": found.port}).served(create_server(("127.0.0.1", 0))) as proxy,
    ):
        environment = {
            "HTTPS_PROXY": proxy,
            "SSL_CERT_FILE": str(found.authority),
            "DOCKER_CONFIG": str(root / "logins"),
            "HELM_REGISTRY_CONFIG": str(root / "none.json"),
        }
        crane(environment, "auth", "login", HOST, "--username", USER, "--password", PASSWORD)
        push_chart(root / "notes", root, environment, f"{MIRROR}/charts/notes:1.2.3_a")
        for chart in written.iterdir():
            push_chart(chart, root, environment, f"{MIRROR}/docker.io/envoyproxy/{chart.name}:v1.6.0")
        yield Charts(found, root / "notes", root / "logins", environment)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with a stack on a cluster, for whose values the engine finds no charts on this machine."""
    root = Path(tmp_path_factory.mktemp("site"))
    (root / "cluster").mkdir()
    (root / "state").mkdir()
    control_plane = LocalControlPlane(root / "cluster", install())
    control_plane.start()
    yield copy_project(PROJECT, root / "project", {"site": SITE, "models": SITE + GATEWAY})
    control_plane.remove()


def engine(site: Path, stack: str, environment: dict[str, str]) -> PulumiEngine:
    state = {
        "PULUMI_BACKEND_URL": (site.parent / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "of the user",
    }
    engine = PulumiEngine(site, stack, install().environment() | state | environment)
    engine.select()
    return engine


def preview(site: Path, stack: str, environment: dict[str, str]) -> str:
    return engine(site, stack, environment).output("preview", "--stack", stack, "--non-interactive", "--diff")


def test_rehearsal_creates_and_destroys_the_objects_of_a_chart(
    charts: Charts, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in charts.environment.items():
        monkeypatch.setenv(name, value)
    rehearsed = run_gpu_cluster(site, "rehearse", "site", "--json")

    assert rehearsed.returncode == 0, rehearsed.stdout + rehearsed.stderr
    assert "Helm/" in charts.registry.log
    assert f"auth.user.name={USER}" in charts.registry.log


def test_values_of_the_stack_file_reach_the_chart(charts: Charts, site: Path) -> None:
    shown = preview(site, "site", charts.environment)

    assert "kubernetes:core/v1:ConfigMap" in shown
    assert "kept" in shown


def test_platform_charts_are_read_from_the_mirror(charts: Charts, site: Path) -> None:
    shown = preview(site, "models", charts.environment)

    assert "gatewayclasses.gateway.networking.k8s.io" in shown
    assert f"{MIRROR}/docker.io/envoyproxy/gateway:v1.6.0" in shown
    for chart in ("gateway-helm", "gateway-crds-helm"):
        assert f"/v2/mirror/docker.io/envoyproxy/{chart}/manifests/v1.6.0" in charts.registry.log


def test_registry_login_is_read_from_helm_or_docker(charts: Charts, site: Path, tmp_path: Path) -> None:
    of_helm = {
        "DOCKER_CONFIG": str(tmp_path),
        "HELM_REGISTRY_CONFIG": str(charts.logins / "config.json"),
    }
    assert "kept" in preview(site, "site", charts.environment | of_helm)

    with pytest.raises(RehearsalError, match="basic credential not found"):
        preview(site, "site", charts.environment | {"DOCKER_CONFIG": str(tmp_path)})


def test_registry_without_a_trusted_ca_is_refused(charts: Charts, site: Path) -> None:
    trusted = {key: value for key, value in charts.environment.items() if key != "SSL_CERT_FILE"}

    with pytest.raises(RehearsalError, match="certificate signed by unknown authority"):
        preview(site, "site", trusted)


def test_registry_without_tls_is_read_over_http(charts: Charts, site: Path, tmp_path: Path) -> None:
    """The registry is on this machine: requests to 127.0.0.1 use no proxy."""
    with registry(tmp_path / "plain", [HOST], login=False, tls=False) as plain:
        push_chart(charts.notes, tmp_path, charts.environment, f"127.0.0.1:{plain.port}/charts/notes:1.2.3_a")
        text = SITE.replace(f"oci://{MIRROR}/charts", f"oci://127.0.0.1:{plain.port}/charts")
        (site / "stacks" / "Pulumi.plain.yaml").write_text(text)
        assert "kept" in preview(site, "plain", charts.environment)
        assert "Helm/" in plain.log
