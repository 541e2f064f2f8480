"""Model replicas that span several nodes."""

from typing import Any

import pytest

from gpu_cluster.catalog.engines import flags_of
from gpu_cluster.plan import Graph
from gpu_cluster.stack.checks.engine_arguments import argument_problem, split_arguments
from tests.unit.gpu_cluster.kubernetes.serving.served import NFS, serve

SHARED = {"files": NFS}


def spanning(**model: Any) -> Graph:
    cache = {"size": "400Gi", "storageClass": "files"}
    settings: dict[str, Any] = {
        "model": "Qwen/Qwen3-32B",
        "gpus": 8,
        "nodes": 2,
        "replicas": 1,
        "cache": cache,
    } | model
    return serve(pool={"instance": "g6.48xlarge", "nodes": 5}, storage=SHARED, **settings)


def spec(graph: Graph) -> dict[str, Any]:
    return graph.only("LeaderWorkerSet")["spec"]


def containers(graph: Graph) -> tuple[dict[str, Any], dict[str, Any]]:
    """Containers of the leader and the worker."""
    group = spec(graph)["leaderWorkerTemplate"]
    [leader] = group["leaderTemplate"]["spec"]["containers"]
    [worker] = group["workerTemplate"]["spec"]["containers"]
    return leader, worker


def test_model_on_one_node_is_a_deployment() -> None:
    graph = spanning(nodes=1)
    assert graph.of("LeaderWorkerSet") == []
    assert graph.only("Deployment")["metadata.name"] == "chat"


def test_group_has_a_pod_per_node_and_restarts_as_a_whole() -> None:
    graph = spanning(nodes=2)
    group = spec(graph)["leaderWorkerTemplate"]

    assert graph.of("Deployment") == []
    assert (group["size"], group["restartPolicy"]) == (2, "RecreateGroupOnPodRestart")
    assert spec(graph)["startupPolicy"] == "LeaderCreated"
    assert graph.only("LeaderWorkerSet")["metadata.name"] == "chat-group"  # and its Service


def test_tensor_parallel_is_within_a_node_and_pipeline_parallel_across_nodes() -> None:
    leader, worker = containers(spanning())
    for container in (leader, worker):
        assert "--tensor-parallel-size=8" in container["args"]
        assert "--pipeline-parallel-size=2" in container["args"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"pipelineParallel": 1}, ["--tensor-parallel-size=16"]),
        ({"tensorParallel": 4}, ["--tensor-parallel-size=4", "--pipeline-parallel-size=4"]),
        ({"dataParallel": 2}, ["--tensor-parallel-size=8", "--data-parallel-size=2"]),
    ],
)
def test_parallelism_keys_override_the_default_split(keys: dict[str, int], expected: list[str]) -> None:
    leader, _ = containers(spanning(**keys))
    sizes = [it for it in leader["args"] if "-parallel-size" in it]
    assert sorted(sizes) == sorted(expected)


def test_vllm_group_uses_the_leader_address_without_ray() -> None:
    leader, worker = containers(spanning())

    assert leader["args"][-3:] == ["--nnodes=2", "--node-rank=0", "--master-addr=$(LWS_LEADER_ADDRESS)"]
    assert worker["args"][-4:] == [
        "--nnodes=2",
        "--node-rank=$(LWS_WORKER_INDEX)",
        "--master-addr=$(LWS_LEADER_ADDRESS)",
        "--headless",
    ]
    for container in (leader, worker):
        [address] = [it for it in container["env"] if it["name"] == "VLLM_HOST_IP"]
        assert address["valueFrom"] == {"fieldRef": {"fieldPath": "status.podIP"}}


def test_sglang_group_uses_the_leader_address() -> None:
    leader, worker = containers(spanning(engine="sglang", version="v0.5.23"))

    assert leader["args"][-3:] == [
        "--nnodes=2",
        "--node-rank=0",
        "--dist-init-addr=$(LWS_LEADER_ADDRESS):20000",
    ]
    assert worker["args"][-2] == "--node-rank=$(LWS_WORKER_INDEX)"
    assert "--pp-size=2" in worker["args"]


def test_service_and_probes_target_only_the_leader() -> None:
    graph = spanning()
    leader, worker = containers(graph)
    service = graph.only("v1:Service")["spec"]

    assert {"startupProbe", "readinessProbe", "livenessProbe", "ports"} <= leader.keys()
    assert not {"startupProbe", "readinessProbe", "livenessProbe", "ports"} & worker.keys()
    assert service["selector"]["leaderworkerset.sigs.k8s.io/worker-index"] == "0"


def test_workers_stop_after_the_leader_has_drained() -> None:
    graph = spanning(drainSeconds=100)
    leader, worker = containers(graph)
    pod = spec(graph)["leaderWorkerTemplate"]["workerTemplate"]["spec"]

    assert leader["lifecycle"]["preStop"]["sleep"]["seconds"] == 15
    assert worker["lifecycle"]["preStop"]["sleep"]["seconds"] == 115 < pod["terminationGracePeriodSeconds"]


def test_network_policy_limits_group_traffic_to_pods_of_the_model() -> None:
    rule = spanning().get("NetworkPolicy", "allow-group-chat")["spec"]
    [to], [given] = rule["egress"], rule["ingress"]

    assert rule["podSelector"]["matchLabels"]["app.kubernetes.io/instance"] == "chat"
    assert to == {"to": [{"podSelector": rule["podSelector"]}]}
    assert given == {"from": [{"podSelector": rule["podSelector"]}]}


def test_quota_includes_one_surge_group() -> None:
    hard = spanning(replicas=2).only("ResourceQuota")["spec.hard"]

    assert hard["pods"] == "6"
    assert hard["requests.nvidia.com/gpu"] == "48"
    assert hard["services"] == "2"


def test_update_surges_only_if_the_pool_fits_another_group() -> None:
    def rolling(replicas: int) -> dict[str, Any]:
        return spec(spanning(replicas=replicas))["rolloutStrategy"]["rollingUpdateConfiguration"]

    assert (rolling(1)["maxSurge"], rolling(1)["maxUnavailable"]) == (1, 0)  # 4 of 5 nodes
    assert (rolling(2)["maxSurge"], rolling(2)["maxUnavailable"]) == (0, 1)  # it would take 6


def test_autoscaler_targets_the_leader_worker_set() -> None:
    graph = spanning(replicas={"min": 1, "max": 2})
    target = graph.only("HorizontalPodAutoscaler")["spec.scaleTargetRef"]

    assert target == {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "name": "chat-group",
    }


def test_leader_and_workers_mount_the_same_weights_claim() -> None:
    graph = spanning()
    group = spec(graph)["leaderWorkerTemplate"]
    [claim] = graph.of("PersistentVolumeClaim")

    assert claim["spec.accessModes"] == ["ReadWriteMany"]
    for template in ("leaderTemplate", "workerTemplate"):
        volumes = group[template]["spec"]["volumes"]
        assert {"name": "cache", "persistentVolumeClaim": {"claimName": "chat-weights"}} in volumes


@pytest.mark.parametrize(
    ("engine", "release", "keys"),
    [("vllm", "0.26.0", {}), ("sglang", "0.5.23", {"engine": "sglang", "version": "v0.5.23"})],
)
def test_group_arguments_are_valid_for_the_engine_release(
    engine: str, release: str, keys: dict[str, str]
) -> None:
    """Flags as the release declares them; $(…) is a Kubernetes variable reference."""
    flags = flags_of(engine, release)
    assert flags
    for container in containers(spanning(**keys)):
        arguments = [it for it in container["args"] if it.startswith("--")]
        problems = {
            flag: argument_problem(flag, values, flags, release)
            for flag, values in split_arguments(arguments)
        }
        assert {flag: problem for flag, problem in problems.items() if problem} == {}
