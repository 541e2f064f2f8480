import yaml

from gpu_cluster.kubernetes.telemetry.metrics_adapter import adapter_config
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.platforms import shared_platform_of

OWN = STACKS.parents[1] / "stacks"
_SCALES = load(STACKS / "happy/telemetry-of-models-that-scale.yaml")
STACK = _SCALES.model_copy(update={"telemetry": _SCALES.telemetry.model_copy(update={"serve_metrics": True})})


def test_metrics_adapter_serves_the_metric_of_every_autoscaler() -> None:
    graph = shared_platform_of(STACK)[0]
    asked = {
        metric["pods"]["metric"]["name"]
        for scaler in graph.of("HorizontalPodAutoscaler")
        for metric in scaler["spec.metrics"]
    }
    [config] = [it["data"] for it in graph.of("ConfigMap") if it["metadata.name"] == "prometheus-adapter"]
    rules = yaml.safe_load(config["config.yaml"])["rules"]
    assert {rule["seriesQuery"].partition("{")[0] for rule in rules} == asked == {"vllm:num_requests_waiting"}


def test_api_service_waits_for_the_adapter_and_routes_to_it() -> None:
    graph = shared_platform_of(STACK)[0]
    api = graph.only("APIService")
    [server] = [it for it in graph.of("Deployment") if it["metadata.name"] == "prometheus-adapter"]
    assert api["metadata.name"] == "v1beta1.custom.metrics.k8s.io"
    assert api["spec.service"] == {"name": "prometheus-adapter", "namespace": "telemetry"}
    assert graph.waits_for(api, server)
    policies = {
        it["metadata.name"]: it["spec"]
        for it in graph.of("NetworkPolicy")
        if it["metadata.namespace"] == "telemetry"
    }
    [rule] = policies["allow-custom-metrics"]["ingress"]
    assert rule == {"ports": [{"port": 6443, "protocol": "TCP"}]}
    [rule] = policies["allow-adapter"]["ingress"]
    assert [it["port"] for it in rule["ports"]] == [9090]


def test_api_service_is_deleted_before_any_namespace() -> None:
    """No namespace can be deleted while an API service has no server."""
    graph = shared_platform_of(STACK)[0]
    namespaces = [it for it in graph.of("Namespace") if it.type.startswith("kubernetes:")]
    assert {it["metadata.name"] for it in namespaces} == {
        *("gpu-system", "serving", "telemetry", "telemetry-nodes")
    }
    for each in namespaces:
        assert graph.waits_for(graph.only("APIService"), each), each.name


def test_metrics_adapter_image_comes_from_the_mirror() -> None:
    [server] = [
        it
        for it in shared_platform_of(STACK)[0].of("Deployment")
        if it["metadata.name"] == "prometheus-adapter"
    ]
    [container] = server["spec.template.spec.containers"]
    assert container["image"].startswith("harbor.example.com/mirror/registry.k8s.io/prometheus-adapter/")


def test_adapter_image_has_an_ecr_repository_only_if_models_scale() -> None:
    prod = load(OWN / "Pulumi.prod.yaml")
    on = prod.model_copy(update={"telemetry": STACK.telemetry})
    fixed = on.model_copy(update={"serving": on.serving.model_copy(update={"models": {}}), "teams": {}})
    repository = "registry.k8s.io/prometheus-adapter/prometheus-adapter"
    for stack, there in ((on, True), (fixed, False)):
        made = [it for it in shared_platform_of(stack)[0].of("Repository") if repository in it.name]
        assert bool(made) is there


def test_adapter_queries_group_by_pod() -> None:
    [rule] = yaml.safe_load(adapter_config({"sglang:num_queue_reqs"}))["rules"]
    assert rule["resources"]["overrides"] == {
        "namespace": {"resource": "namespace"},
        "pod": {"resource": "pod"},
    }
    assert "<<.LabelMatchers>>" in rule["metricsQuery"]
    assert "<<.GroupBy>>" in rule["metricsQuery"]
