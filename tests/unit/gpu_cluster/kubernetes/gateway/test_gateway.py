"""The Gateway: listener, load balancer, class and controller."""

from typing import Any

import pytest

from gpu_cluster.images import ENVOY, ENVOY_GATEWAY, RATE_LIMIT, VALKEY
from gpu_cluster.plan import Graph
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import shared_platform_of

NLB = "service.beta.kubernetes.io/aws-load-balancer"
TLS = {"secret": "models-tls"}


def platform(**gateway: Any) -> Graph:
    settings = {"host": "models.example.com", **({} if "http" in gateway else {"tls": TLS}), **gateway}
    stack = stack_of(serving={"models": {"chat": model_of()}}, gateway=settings)
    return shared_platform_of(stack, gateway_keys=dict.fromkeys(settings.get("keys", {}), "key"))[0]


def objects(graph: Graph, kind: str) -> list[Any]:
    return [it for it in graph.of(kind) if it.type.startswith("kubernetes:")]


def gateway_of(graph: Graph) -> Any:
    [found] = objects(graph, "Gateway")
    return found


def service_of(graph: Graph) -> dict[str, Any]:
    return graph.only("EnvoyProxy")["spec.provider.kubernetes.envoyService"]


def test_no_gateway_objects_without_the_gateway_section() -> None:
    graph, _ = shared_platform_of(stack_of(serving={"models": {"chat": model_of()}}))
    assert graph.of("PlatformGateway") == []
    names = [it["metadata.name"] for it in graph.of("NetworkPolicy") if it["metadata.namespace"] == "serving"]
    assert "allow-gateway" not in names


def test_listener_accepts_routes_only_from_the_serving_namespace() -> None:
    [listener] = gateway_of(platform())["spec.listeners"]
    assert (listener["port"], listener["protocol"], listener["hostname"]) == (
        443,
        "HTTPS",
        "models.example.com",
    )
    assert listener["tls"] == {
        "mode": "Terminate",
        "certificateRefs": [{"kind": "Secret", "name": "models-tls"}],
    }
    [expression] = listener["allowedRoutes"]["namespaces"]["selector"]["matchExpressions"]
    assert expression["values"] == ["serving"]


def test_http_setting_opens_a_plain_http_listener() -> None:
    [listener] = gateway_of(platform(http=True))["spec.listeners"]
    assert (listener["port"], listener["protocol"]) == (80, "HTTP")
    assert "tls" not in listener


def test_tls_issuer_creates_a_certificate_for_the_host() -> None:
    graph = platform(tls={"issuer": "letsencrypt"})
    certificate = graph.only("Certificate")
    assert certificate["spec.dnsNames"] == ["models.example.com"]
    assert certificate["spec.issuerRef.name"] == "letsencrypt"
    [listener] = gateway_of(graph)["spec.listeners"]
    assert listener["tls"]["certificateRefs"][0]["name"] == certificate["spec.secretName"]


def test_acm_certificate_is_set_on_the_load_balancer() -> None:
    graph, _ = shared_platform_of(load(STACKS / "happy/eks-gateway.yaml"), gateway_keys={"search": "key"})
    gateway = gateway_of(graph)
    [listener] = gateway["spec.listeners"]
    assert (listener["port"], listener["protocol"]) == (443, "HTTP")
    annotations = gateway["spec.infrastructure.annotations"]
    assert annotations[f"{NLB}-ssl-cert"].startswith("arn:aws:acm:eu-central-1:")
    assert annotations[f"{NLB}-ssl-ports"] == "443"


def test_load_balancer_is_internal_by_default_in_every_cloud() -> None:
    service = service_of(platform())
    assert service["annotations"][f"{NLB}-scheme"] == "internal"
    assert service["annotations"][f"{NLB}-internal"] == "true"
    assert service["annotations"]["networking.gke.io/load-balancer-type"] == "Internal"
    assert service["annotations"]["service.beta.kubernetes.io/azure-load-balancer-internal"] == "true"
    assert service["loadBalancerSourceRanges"] == [
        "10.0.0.0/8",
        "100.64.0.0/10",
        "172.16.0.0/12",
        "192.168.0.0/16",
    ]


def test_internet_load_balancer_allows_only_the_source_ranges() -> None:
    service = service_of(platform(internet=True, sourceRanges=["203.0.113.0/24"]))
    assert service["annotations"] == {}
    assert service["loadBalancerSourceRanges"] == ["203.0.113.0/24"]


def test_load_balancer_on_eks_is_an_internal_nlb_with_stack_tags() -> None:
    stack = load(STACKS / "happy/eks-gateway.yaml")
    stack = stack.model_copy(update={"tags": {"cost-centre": "4711", "note": "a,b"}})
    graph, _ = shared_platform_of(stack, gateway_keys={"search": "key"})
    annotations = dict(service_of(graph)["annotations"])
    stack_tag, *others = annotations.pop(f"{NLB}-additional-resource-tags").split(",")
    assert stack_tag.startswith("gpu-cluster/stack=")
    assert others == ["cost-centre=4711"]
    assert annotations == {
        f"{NLB}-type": "nlb",
        f"{NLB}-scheme": "internal",
        f"{NLB}-internal": "true",
    }


def test_crds_precede_the_controller_and_the_controller_precedes_the_gateway() -> None:
    graph = platform()
    charts = {it["chart"].rpartition("/")[2]: it for it in graph.of("Chart")}
    assert charts["gateway-crds-helm"]["values.crds.gatewayAPI"] == {"enabled": True, "channel": "standard"}
    assert charts["gateway-helm"]["skipCrds"] is True
    assert graph.waits_for(charts["gateway-helm"], charts["gateway-crds-helm"])
    assert graph.waits_for(charts["gateway-helm"], graph.only("Job"))
    gateway = gateway_of(graph)
    assert graph.waits_for(gateway, charts["gateway-helm"])
    assert graph.waits_for(gateway, graph.only("GatewayClass"))
    assert gateway["spec.gatewayClassName"] == graph.only("GatewayClass")["metadata.name"]


def test_controller_and_proxy_images_are_pinned() -> None:
    graph = platform()
    [container] = graph.only("Job")["spec.template.spec.containers"]
    assert container["image"] == ENVOY_GATEWAY.at(None)
    deployment = graph.only("EnvoyProxy")["spec.provider.kubernetes.envoyDeployment"]
    assert deployment["container"]["image"] == ENVOY.at(None)
    assert deployment["replicas"] == 2


def test_gateway_images_on_eks_come_from_the_account_registry() -> None:
    graph, _ = shared_platform_of(load(STACKS / "happy/eks-gateway.yaml"), gateway_keys={"search": "key"})
    [container] = graph.only("Job")["spec.template.spec.containers"]
    assert container["image"].startswith("123456789012.dkr.ecr.eu-central-1.amazonaws.com/")


@pytest.mark.parametrize(("installed", "enabled"), [(True, False), (False, True)])
def test_api_installed_skips_the_gateway_api_crds(*, installed: bool, enabled: bool) -> None:
    [kinds] = [it for it in platform(apiInstalled=installed).of("Chart") if "crds" in it["chart"]]
    assert kinds["values.crds.gatewayAPI.enabled"] is enabled
    assert kinds["values.crds.envoyGateway.enabled"] is True


def test_existing_gateway_class_installs_no_controller() -> None:
    graph = platform(
        **{"class": "istio", "proxies": "istio-ingress", "annotations": {"example.com/pool": "a"}}
    )
    assert graph.of("Chart") == graph.of("GatewayClass") == graph.of("EnvoyProxy") == []
    gateway = gateway_of(graph)
    assert gateway["spec.gatewayClassName"] == "istio"
    assert gateway["spec.infrastructure.annotations"]["example.com/pool"] == "a"
    policy = graph.get("NetworkPolicy", "allow-gateway")
    [peer] = policy["spec.ingress"][0]["from"]
    assert peer["namespaceSelector"]["matchExpressions"][0]["values"] == ["istio-ingress"]


def test_existing_envoy_gateway_class_has_parameters_and_api_keys() -> None:
    graph = platform(**{"class": "eg", "envoyGateway": True, "keys": {"search": {"secure": "v1:A:B"}}})
    assert graph.of("Chart") == graph.of("GatewayClass") == []
    assert gateway_of(graph)["spec.infrastructure.parametersRef.name"] == "models"
    assert "image" not in graph.only("EnvoyProxy")["spec.provider.kubernetes.envoyDeployment.container"]
    assert graph.only("SecurityPolicy")["spec.apiKeyAuth.credentialRefs"] == [{"name": "gateway-keys"}]


def test_network_policy_allows_gateway_pods_to_the_model_port() -> None:
    policy = platform().get("NetworkPolicy", "allow-gateway")
    [rule] = policy["spec.ingress"]
    assert rule["ports"] == [{"port": 8000, "protocol": "TCP"}]
    [peer] = rule["from"]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "envoy-gateway-system"}
    assert peer["podSelector"]["matchLabels"]["gateway.envoyproxy.io/owning-gateway-name"] == "models"


def test_quota_allows_a_load_balancer_only_in_the_proxy_namespace() -> None:
    graph = platform()
    quotas = {it["metadata.namespace"]: it["spec.hard"] for it in graph.of("ResourceQuota")}
    assert quotas["envoy-gateway-system"]["services.loadbalancers"] == "1"
    assert quotas["gateway-system"]["services.loadbalancers"] == "0"
    assert quotas["serving"]["services.loadbalancers"] == "0"


def test_gateway_and_proxy_pods_use_the_login_of_the_mirror() -> None:
    """Service accounts of the chart and of Envoy do not name the pull secret themselves."""
    registry = {
        "mirror": "harbor.example.com/mirror",
        "login": {"user": "robot", "password": {"secure": "v1:A:B"}},
    }
    settings = {"host": "models.example.com", "tls": TLS}
    stack = stack_of(registry=registry, gateway=settings)
    graph, _ = shared_platform_of(stack, registry_password="password")
    [chart] = [it for it in graph.of("Chart") if it["chart"].endswith("/gateway-helm")]
    assert chart["values.global.imagePullSecrets"] == [{"name": "registry-login"}]
    pod = graph.only("EnvoyProxy")["spec.provider.kubernetes.envoyDeployment.pod"]
    assert pod["imagePullSecrets"] == [{"name": "registry-login"}]
    namespaces = [
        it["metadata.namespace"] for it in graph.of("Secret") if it["metadata.name"] == "registry-login"
    ]
    assert "envoy-gateway-system" in namespaces


SYSTEM = {"machine": {"cpus": 8, "memory": "32Gi"}, "nodes": 1}
GPUS = {"instance": "g6.4xlarge", "nodes": 2}


def pods_of(pools: dict[str, Any], **gateway: Any) -> list[dict[str, Any]]:
    """Pods of the certificate Job, the controller and the proxies."""
    settings = {"host": "models.example.com", "tls": TLS, **gateway}
    graph, _ = shared_platform_of(
        stack_of(pools=pools, serving={"models": {"chat": model_of()}}, gateway=settings)
    )
    [chart] = [it for it in graph.of("Chart") if it["chart"].endswith("/gateway-helm")]
    return [
        dict(graph.only("Job")["spec.template.spec"]),
        dict(chart["values.deployment"].get("pod", {})),
        dict(graph.only("EnvoyProxy")["spec.provider.kubernetes.envoyDeployment.pod"]),
    ]


def test_gateway_pods_run_in_the_configured_pool() -> None:
    edge: dict[str, Any] = {
        **SYSTEM,
        "labels": {"example.com/pool": "edge"},
        "taints": {"example.com/edge": {}},
    }
    for pod in pods_of({"system": SYSTEM, "edge": edge, "l4": GPUS}, pool="edge"):
        assert pod["nodeSelector"] == {"example.com/pool": "edge"}
        [toleration] = pod["tolerations"]
        assert (toleration["key"], toleration["effect"]) == ("example.com/edge", "NoSchedule")


def test_gateway_pods_have_no_node_selector_or_tolerations_by_default() -> None:
    for pod in pods_of({"system": SYSTEM, "l4": GPUS}):
        assert not {"nodeSelector", "tolerations"} & pod.keys()


def test_gateway_pods_tolerate_gpu_nodes_if_every_pool_has_gpus() -> None:
    for pod in pods_of({"l4": GPUS}):
        assert [it["key"] for it in pod["tolerations"]] == ["nvidia.com/gpu"]


def test_local_gateway_uses_chart_files_and_no_load_balancer() -> None:
    stack = load(STACKS / "happy/gateway-on-this-machine.yaml")
    graph, _ = shared_platform_of(stack, gateway_keys={"search": "key"})
    assert service_of(graph) == {"type": "ClusterIP"}
    charts = {it["chart"] for it in graph.of("Chart")}
    folder = STACKS / ".local" / "charts"
    assert charts == {str(folder / chart) for chart in ("gateway-crds-helm", "gateway-helm")}


def test_no_rate_limit_service_without_token_limits() -> None:
    graph = platform(requestsPerMinute=60)
    assert not any(it["metadata.name"] == "rate-limit-counters" for it in graph.of("Deployment"))
    assert graph.of("EnvoyExtensionPolicy") == []


def test_token_limits_deploy_the_rate_limit_service_and_its_counters() -> None:
    graph = platform(tokensPerMinute=1000)
    pod = graph.get("Deployment", "rate-limit-counters")["spec.template.spec"]
    assert pod["containers"][0]["image"] == VALKEY.at(None)
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
    [config] = [
        it["values"]["config"]["envoyGateway"] for it in graph.of("Chart") if "config" in it["values"]
    ]
    url = "rate-limit-counters.envoy-gateway-system.svc.cluster.local:6379"
    assert config["rateLimit"]["backend"] == {"type": "Redis", "redis": {"url": url}}
    service = config["provider"]["kubernetes"]["rateLimitDeployment"]
    assert (service["replicas"], service["container"]["image"]) == (2, RATE_LIMIT.at(None))


def test_only_the_rate_limit_service_reaches_the_counters() -> None:
    graph = platform(tokensPerMinute=1000)
    policies = {it["metadata.name"]: it for it in graph.of("NetworkPolicy")}
    [rule] = policies["allow-counters"]["spec.ingress"]
    assert [port["port"] for port in rule["ports"]] == [6379]
    [peer] = rule["from"]
    assert peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "envoy-ratelimit"
