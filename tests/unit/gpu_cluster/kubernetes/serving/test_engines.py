from typing import Any

import pytest

from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.kubernetes.serving.served import ON_AWS, container, pod, serve, serve_all
from tests.unit.gpu_cluster.stacks import model_of

CUSTOM: dict[str, Any] = {"engine": "custom", "image": "org/server:1", "cache": None}


def served(engine: str, **settings: Any) -> Graph:
    return serve(engine=engine, image="org/engine:1", **settings)


def environment(graph: Graph) -> dict[str, Any]:
    return {it["name"]: it.get("value", it.get("valueFrom")) for it in container(graph)["env"]}


@pytest.mark.parametrize("engine", ENGINES)
def test_probes_use_the_health_paths_of_the_engine(engine: str) -> None:
    told = container(served(engine))
    ready, live = ENGINES[engine].ready, ENGINES[engine].live
    assert (
        told["startupProbe"]["httpGet"]
        == told["readinessProbe"]["httpGet"]
        == {"path": ready, "port": "http"}
    )
    assert told["livenessProbe"]["httpGet"] == {"path": live, "port": "http"}
    assert told["ports"][0] == {"name": "http", "containerPort": 8000}
    assert told["name"] == engine


@pytest.mark.parametrize("engine", ENGINES)
def test_replicas_scale_on_the_queue_metric_of_the_engine(engine: str) -> None:
    scaler = served(engine, replicas={"min": 1, "max": 2}).only("HorizontalPodAutoscaler")
    assert scaler["spec.metrics.0.pods.metric.name"] == ENGINES[engine].waiting
    other = served(engine, replicas={"min": 1, "max": 2}, waitingMetric="queue").only(
        "HorizontalPodAutoscaler"
    )
    assert other["spec.metrics.0.pods.metric.name"] == "queue"


@pytest.mark.parametrize("engine", ["vllm", "sglang", "text-embeddings-inference"])
def test_hub_engines_load_the_model_by_name_or_from_the_store_folder(engine: str) -> None:
    assert any("org/model" in word for word in container(served(engine))["args"])
    graph = served(engine, storage=ON_AWS, store="models", cache=None)
    assert any("/weights/org/model" in word for word in container(graph)["args"])
    assert environment(graph)["HF_HUB_OFFLINE"] == "1"


def test_the_startup_probe_of_sglang_generates_no_token() -> None:
    """Generating a token takes at least a second, and the probe times out after one."""
    graph = served("sglang")
    assert environment(graph)["SGLANG_ENABLE_HEALTH_ENDPOINT_GENERATION"] == "false"
    assert container(graph)["startupProbe"]["httpGet"]["path"] == "/health"
    assert container(graph)["livenessProbe"]["httpGet"]["path"] == "/health_generate"


def test_triton_serves_the_model_repository_and_drains_requests() -> None:
    graph = served("triton", drainSeconds=60)
    told = container(graph)
    assert told["command"] == ["tritonserver"]
    assert "--model-repository=/cache/org/model" in told["args"]
    assert "--exit-timeout-secs=60" in told["args"]
    assert {"name": "metrics", "containerPort": 8002} in told["ports"]
    assert container(served("triton", model="s3://models/a"))["args"][0] == "--model-repository=s3://models/a"
    assert graph.outputs[graph.only("Model").urn]["url"] == "http://chat.serving.svc.cluster.local:8000"


def test_nim_is_configured_by_environment_variables() -> None:
    graph = served("nim", pullSecret="ngc", env={"NGC_API_KEY": {"secret": "ngc", "key": "key"}})
    told = environment(graph)
    assert (told["NIM_CACHE_PATH"], told["NIM_SERVED_MODEL_NAME"]) == ("/cache", "chat")
    assert told["NGC_API_KEY"] == {"secretKeyRef": {"name": "ngc", "key": "key"}}
    assert pod(graph)["imagePullSecrets"] == [{"name": "ngc"}]
    assert "command" not in container(graph)
    stored = environment(served("nim", storage=ON_AWS, store="models", cache=None))
    assert stored["NIM_MODEL_PATH"] == "/weights/org/model"


def test_custom_server_has_command_port_and_probes_of_the_stack_file() -> None:
    server = {"command": ["serve"], "port": 9000, "ready": "/ready", "live": "/live"}
    graph = serve(**CUSTOM, server=server, args={"beam-size": 5})
    told = container(graph)
    assert (told["command"], told["args"]) == (["serve"], ["--beam-size=5"])
    assert told["ports"] == [{"name": "http", "containerPort": 9000}]
    assert told["readinessProbe"]["httpGet"]["path"] == "/ready"
    assert told["livenessProbe"]["httpGet"]["path"] == "/live"
    assert {volume["name"] for volume in pod(graph)["volumes"]} == {"scratch", "shm"}
    assert graph.only("Service")["spec.ports"] == [{"name": "http", "port": 8000, "targetPort": "http"}]


def test_custom_server_cache_is_mounted_at_the_cache_path() -> None:
    keeps: dict[str, Any] = CUSTOM | {"cache": {"size": "10Gi"}, "server": {"cachePath": "/models"}}
    graph = serve(**keeps)
    assert {"name": "cache", "mountPath": "/models"} in container(graph)["volumeMounts"]
    assert environment(graph)["HF_HOME"] == "/models/huggingface"


def test_network_policy_allows_clients_to_every_port_of_the_models() -> None:
    models = {
        "chat": model_of(),
        "own": model_of(**CUSTOM, server={"port": 9000}),
        "detect": model_of(engine="triton", image="org/triton:1"),
    }
    policy = serve_all(models).get("NetworkPolicy", "allow-clients")
    assert [it["port"] for it in policy["spec.ingress.0.ports"]] == [8000, 8002, 9000]


def test_hub_token_in_env_replaces_the_token_of_the_namespace() -> None:
    graph = serve(hub_token="s", env={"HF_TOKEN": {"secret": "mine", "key": "token"}})
    tokens = [it for it in container(graph)["env"] if it["name"] == "HF_TOKEN"]
    assert [it["valueFrom"]["secretKeyRef"]["name"] for it in tokens] == ["mine"]


def test_gpu_memory_utilization_is_scaled_to_the_gpu_share() -> None:
    sliced = {"sharing": {"timeSlicing": 4}}
    arguments = container(serve(gpuMemoryUtilization=0.8, weights="1Gi", pool=sliced))["args"]
    assert "--gpu-memory-utilization=0.200" in arguments
    assert "--mem-fraction-static=0.225" in container(served("sglang", pool=sliced))["args"]
    assert not any("mem-fraction" in word for word in container(served("sglang"))["args"])
