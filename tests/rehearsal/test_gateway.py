"""The real Envoy Gateway accepts what the platform renders.

Each test builds on the previous one. Requires root, for a network in which it can listen.
"""

import os
from collections.abc import Iterator

import httpx2
import pytest

from gpu_cluster_tools.real_node.self_signed import self_signed_secret
from gpu_cluster_tools.rehearsal import Sandbox
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import Object
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from gpu_cluster_tools.toolchain import ENVOY_GATEWAY
from tests.rehearsal import envoy
from tests.rehearsal.private_network import PrivateNetwork, private_network
from tests.rehearsal.site import run, site_sandbox
from tests.rehearsal.within import within

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for a network of its own"),
]

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
      chat-next: {model: Qwen/Qwen3-4B, pool: l4, replicas: 1, context: 8192, cache: {size: 40Gi}}
  gpu-cluster:teams:
    vision: {members: [anna], gateway: true}
  gpu-cluster:gateway:
    host: models.example.com
    tls: {secret: models-tls}
    keys:
      search: {secure: one that a rehearsal invents}
      other: {secure: one that a rehearsal invents}
    routes:
      chat: {models: {chat: 75, chat-next: 25}}
      limited: {models: {chat: 1}, requestsPerMinute: 3}
"""
HOST = "models.example.com"
GATEWAYS = "/apis/gateway.networking.k8s.io/v1"
ENVOYS = "/apis/gateway.envoyproxy.io/v1alpha1"
SERVING = "namespaces/serving"
OWNED = "labelSelector=gateway.envoyproxy.io%2Fowning-gateway-name%3Dmodels"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("gateway")
    with site_sandbox(folder, SITE, ENVOY_GATEWAY) as sandbox, simulated_controllers(sandbox):
        yield sandbox


@pytest.fixture(scope="module")
def programs(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> envoy.Programs:
    folder = tmp_path_factory.mktemp("envoy")
    return envoy.Programs(sandbox.toolchain.path(ENVOY_GATEWAY.name), folder)


@pytest.fixture(scope="module")
def network() -> Iterator[PrivateNetwork]:
    with private_network() as made:
        yield made


@pytest.fixture(scope="module")
def controller(sandbox: Sandbox, network: PrivateNetwork, programs: envoy.Programs) -> Iterator[None]:
    run(sandbox, "up")
    sandbox.api.create(
        "/api/v1/namespaces/gateway-system/secrets", self_signed_secret("models-tls", "gateway-system", HOST)
    )
    with envoy.envoy_gateway(sandbox, network, programs):
        yield


def deployments(sandbox: Sandbox) -> list[Object]:
    return sandbox.api.items(f"/apis/apps/v1/namespaces/{envoy.SYSTEM}/deployments?{OWNED}")


def services(sandbox: Sandbox) -> list[Object]:
    return sandbox.api.items(f"/api/v1/namespaces/{envoy.SYSTEM}/services?{OWNED}")


def conditions(status: Object) -> dict[str, str]:
    return {it["type"]: it["status"] for it in status.get("conditions", [])}


@pytest.mark.usefixtures("controller")
def test_controller_accepts_every_rendered_object(sandbox: Sandbox) -> None:
    def accepted() -> bool:
        gateway = sandbox.api.get(f"{GATEWAYS}/namespaces/gateway-system/gateways/models")
        return conditions(gateway.get("status", {})).get("Accepted") == "True"

    assert within(60, accepted)
    made = sandbox.api.get(f"{GATEWAYS}/gatewayclasses/gpu-cluster")
    assert conditions(made["status"])["Accepted"] == "True"
    for name in ("chat", "limited"):
        path = f"{GATEWAYS}/{SERVING}/httproutes/{name}"
        assert within(60, lambda path=path: "status" in sandbox.api.get(path))
        route = sandbox.api.get(path)
        [parent] = route["status"]["parents"]
        assert {"Accepted": "True", "ResolvedRefs": "True"}.items() <= conditions(parent).items(), route
    for policy in ("securitypolicies/gateway-keys", "backendtrafficpolicies/limited"):
        path = f"{ENVOYS}/{SERVING}/{policy}"
        assert within(60, lambda path=path: "status" in sandbox.api.get(path))
        [ancestor, *_] = sandbox.api.get(path)["status"]["ancestors"]
        assert conditions(ancestor)["Accepted"] == "True"


@pytest.mark.usefixtures("controller")
def test_proxy_pods_are_admitted_and_the_load_balancer_is_internal(sandbox: Sandbox) -> None:
    """Envoy's pods fit the quota and the Pod Security level of the namespace."""
    assert within(60, lambda: [it["status"].get("readyReplicas") for it in deployments(sandbox)] == [2])
    assert within(60, lambda: bool(services(sandbox)))
    [service] = services(sandbox)
    assert service["spec"]["type"] == "LoadBalancer"
    assert service["spec"]["loadBalancerSourceRanges"][0] == "10.0.0.0/8"
    assert {port["port"]: port["targetPort"] for port in service["spec"]["ports"]} == {443: 10443}
    annotations = service["metadata"]["annotations"]
    assert annotations["service.beta.kubernetes.io/aws-load-balancer-scheme"] == "internal"


@pytest.mark.usefixtures("controller")
def test_gateway_is_programmed_after_it_has_an_address(sandbox: Sandbox) -> None:
    [service] = services(sandbox)
    path = f"/api/v1/namespaces/{envoy.SYSTEM}/services/{service['metadata']['name']}/status"
    sandbox.api.patch(path, {"status": {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}})

    def programmed() -> bool:
        gateway = sandbox.api.get(f"{GATEWAYS}/namespaces/gateway-system/gateways/models")
        return conditions(gateway["status"]).get("Programmed") == "True"

    assert within(60, programmed)


def test_network_policy_of_models_matches_the_proxy_pods(sandbox: Sandbox) -> None:
    """Labels of the pods that the controller creates, and those in the network policy of the models."""
    policies = sandbox.api.items(f"/apis/networking.k8s.io/v1/{SERVING}/networkpolicies")
    [policy] = [it for it in policies if it["metadata"]["name"] == "allow-gateway"]
    [peer] = policy["spec"]["ingress"][0]["from"]
    pods = sandbox.api.items(f"/api/v1/namespaces/{envoy.SYSTEM}/pods?{OWNED}")
    assert pods
    for pod in pods:
        assert peer["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()


@pytest.mark.parametrize(
    ("path", "host", "allowed"),
    [
        ("/vision/app", HOST, True),
        ("/vision", HOST, True),
        ("/chat", HOST, False),
        ("/visions", HOST, False),
        ("/", HOST, False),
        ("/vision/app", "other.example.com", False),
    ],
)
def test_routes_of_a_team_must_be_below_its_path(
    sandbox: Sandbox, path: str, host: str, *, allowed: bool
) -> None:
    """The admission policy applies to each user."""
    matches = [{"path": {"type": "PathPrefix", "value": path}}]
    route: Object = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "mine"},
        "spec": {
            "parentRefs": [{"name": "models", "namespace": "gateway-system"}],
            "hostnames": [host],
            "rules": [{"matches": matches, "backendRefs": [{"name": "app", "port": 9000}]}],
        },
    }
    asked = f"{GATEWAYS}/namespaces/vision/httproutes?dryRun=All"
    if allowed:
        assert sandbox.api.create(asked, route)["spec"]["hostnames"] == [host]
        return
    with pytest.raises(httpx2.HTTPStatusError) as refused:
        sandbox.api.create(asked, route)
    assert "gpu-cluster-team-routes" in refused.value.response.text


def test_destroy_leaves_no_resources_and_no_crds(sandbox: Sandbox) -> None:
    """The controller removes its finalizer from the class, because it is deleted after it."""
    run(sandbox, "destroy")

    assert sandbox.resources() == []
    kinds = sandbox.api.items("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
    assert [it["metadata"]["name"] for it in kinds if "gateway" in it["metadata"]["name"]] == []
