"""The real cert-manager issues the certificate that a gateway requests from a ClusterIssuer.

Each test builds on the previous one. The cluster has the CRDs of cert-manager, so the API server validates
the platform's Certificate.
"""

import base64
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import yaml
from cryptography import x509

from gpu_cluster_tools.rehearsal import Sandbox
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import Object
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from gpu_cluster_tools.toolchain.image_programs import CERT_MANAGER
from tests.rehearsal.envoy import running
from tests.rehearsal.site import run, site_sandbox
from tests.rehearsal.within import within

pytestmark = [pytest.mark.engine, pytest.mark.slow]

SITE = """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: /nowhere/kubeconfig}
  gpu-cluster:gpu: {devicePlugin: false}
  gpu-cluster:telemetry: {enabled: false}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 3, labels: {site.example/role: system}}
    l4: {instance: g6.xlarge, nodes: 2, labels: {site.example/role: l4}}
  gpu-cluster:storage:
    files: {kind: csi, provisioner: csi.site.example, default: true, shared: true}
  gpu-cluster:serving:
    models:
      chat: {model: Qwen/Qwen3-8B, pool: l4, replicas: 1, context: 8192, cache: {size: 40Gi}}
  gpu-cluster:gateway:
    host: "*.models.example.com"
    tls: {issuer: company}
    keys:
      search: {secure: one that a rehearsal invents}
"""
HOST = "*.models.example.com"
CERTS = "/apis/cert-manager.io/v1"
CERTIFICATE = f"{CERTS}/namespaces/gateway-system/certificates/gateway-tls"
SECRETS = "/api/v1/namespaces/gateway-system/secrets"
OWN = "cert-manager"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("cert-manager")
    with site_sandbox(folder, SITE, CERT_MANAGER) as sandbox, simulated_controllers(sandbox):
        _define(sandbox)
        yield sandbox


@pytest.fixture(scope="module")
def controllers(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    program = sandbox.toolchain.path(CERT_MANAGER.name)
    log = tmp_path_factory.mktemp("controllers") / "log"
    with running([str(program), f"--kubeconfig={sandbox.control_plane.kubeconfig}"], {}, log):
        yield


def _define(sandbox: Sandbox) -> None:
    program = sandbox.toolchain.path(CERT_MANAGER.name)
    printed = subprocess.run([program, "--crds"], capture_output=True, text=True, check=True).stdout
    for definition in filter(None, yaml.safe_load_all(printed)):
        sandbox.api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)


def _object(kind: str, name: str, spec: Object, namespace: str | None = None) -> Object:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": "cert-manager.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


def _is_ready(sandbox: Sandbox, path: str) -> bool:
    found = sandbox.api.get(path).get("status", {}).get("conditions", [])
    return any((it["type"], it["status"]) == ("Ready", "True") for it in found)


@pytest.mark.usefixtures("controllers")
def test_company_issuer_becomes_ready(sandbox: Sandbox) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OWN}}
    sandbox.api.create("/api/v1/namespaces", namespace)
    sandbox.api.create(f"{CERTS}/clusterissuers", _object("ClusterIssuer", "root", {"selfSigned": {}}))
    authority = {
        "isCA": True,
        "commonName": "Example Company",
        "secretName": "company-ca",
        "issuerRef": {"kind": "ClusterIssuer", "name": "root"},
    }
    sandbox.api.create(
        f"{CERTS}/namespaces/{OWN}/certificates", _object("Certificate", "company-ca", authority, OWN)
    )
    of_company = {"ca": {"secretName": "company-ca"}}
    sandbox.api.create(f"{CERTS}/clusterissuers", _object("ClusterIssuer", "company", of_company))
    assert within(90, lambda: _is_ready(sandbox, f"{CERTS}/clusterissuers/company"))


def test_gateway_certificate_is_issued_by_the_company(sandbox: Sandbox) -> None:
    run(sandbox, "up")
    assert within(90, lambda: _is_ready(sandbox, CERTIFICATE)), sandbox.api.get(CERTIFICATE)
    issued = _certificate(sandbox)
    names = issued.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [HOST]
    assert issued.issuer.rfc4514_string() == "CN=Example Company"
    authority = sandbox.api.get(f"/api/v1/namespaces/{OWN}/secrets/company-ca")["data"]["tls.crt"]
    issued.verify_directly_issued_by(x509.load_pem_x509_certificate(base64.b64decode(authority)))
    assert issued.not_valid_after_utc > datetime.now(UTC)


def test_listener_refers_to_the_issued_secret(sandbox: Sandbox) -> None:
    gateways = "/apis/gateway.networking.k8s.io/v1/namespaces/gateway-system/gateways"
    [listener] = sandbox.api.get(f"{gateways}/models")["spec"]["listeners"]
    [reference] = listener["tls"]["certificateRefs"]
    secret = sandbox.api.get(f"{SECRETS}/{reference['name']}")
    assert secret["type"] == "kubernetes.io/tls"
    assert secret["metadata"]["annotations"]["cert-manager.io/certificate-name"] == "gateway-tls"


def test_lost_certificate_is_issued_again(sandbox: Sandbox) -> None:
    before = _certificate(sandbox).serial_number
    sandbox.api.delete(f"{SECRETS}/gateway-tls")

    def is_new() -> bool:
        names = {it["metadata"]["name"] for it in sandbox.api.items(SECRETS)}
        return "gateway-tls" in names and _certificate(sandbox).serial_number != before

    assert within(90, is_new)


def _certificate(sandbox: Sandbox) -> x509.Certificate:
    data = sandbox.api.get(f"{SECRETS}/gateway-tls")["data"]
    return x509.load_pem_x509_certificate(base64.b64decode(data["tls.crt"]))
