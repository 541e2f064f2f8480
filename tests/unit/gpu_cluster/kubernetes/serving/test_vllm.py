from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.capacity import ModelLoad, device_of
from gpu_cluster.catalog import GPUS, MODELS
from gpu_cluster.config.pools import Sharing
from gpu_cluster.images import VLLM
from tests.unit.gpu_cluster.kubernetes.serving.served import ON_AWS, container, pod, serve


def options(graph: Any) -> dict[str, str]:
    """vLLM's arguments after the model, by name."""
    return dict(argument.split("=", 1) for argument in container(graph)["args"][1:])


def test_model_is_served_under_its_stack_file_name() -> None:
    graph = serve(model="org/model", context=8192, revision="abc123", gpus=1)
    assert container(graph)["command"] == ["vllm", "serve"]
    assert container(graph)["args"][0] == "org/model"
    assert options(graph) == {
        "--served-model-name": "chat",
        "--port": "8000",
        "--tensor-parallel-size": "1",
        "--gpu-memory-utilization": "0.900",
        "--shutdown-timeout": "45",
        "--revision": "abc123",
        "--max-model-len": "8192",
    }


def test_unset_options_are_not_passed_to_vllm() -> None:
    assert {"--revision", "--max-model-len", "--max-num-seqs"}.isdisjoint(options(serve()))


def test_concurrency_sets_max_num_seqs() -> None:
    assert options(serve(concurrency=8))["--max-num-seqs"] == "8"


def test_model_of_a_store_is_streamed_offline() -> None:
    graph = serve(model="org/model", storage=ON_AWS, store="models", cache=None, hub_token="hf_token")
    assert container(graph)["args"][0] == "/weights/org/model"
    assert options(graph)["--load-format"] == "runai_streamer"
    environment = {each["name"]: each.get("value") for each in container(graph)["env"]}
    assert (environment["HF_HOME"], environment["HF_HUB_OFFLINE"]) == ("/tmp/huggingface", "1")
    assert "HF_TOKEN" not in environment
    assert {"name": "weights", "mountPath": "/weights", "readOnly": True} in container(graph)["volumeMounts"]


def test_several_gpus_set_tensor_parallel_size_and_shared_memory() -> None:
    graph = serve(gpus=4, pool={"instance": "g6.12xlarge"})
    assert options(graph)["--tensor-parallel-size"] == "4"
    [shm] = [v for v in pod(graph)["volumes"] if v["name"] == "shm"]
    assert shm["emptyDir"] == {"medium": "Memory", "sizeLimit": "8Gi"}
    assert {"name": "shm", "mountPath": "/dev/shm"} in container(graph)["volumeMounts"]


def test_time_sliced_replicas_divide_the_gpu_memory() -> None:
    assert options(serve(pool={"sharing": {"timeSlicing": 3}}))["--gpu-memory-utilization"] == "0.300"


def test_time_sliced_replicas_have_a_fixed_kv_cache_size() -> None:
    """Two replicas that start together would each count the other's weights as their own."""
    model = "Qwen/Qwen2.5-0.5B-Instruct"
    graph = serve(model=model, context=4096, pool={"sharing": {"timeSlicing": 2}})
    given = int(options(graph)["--kv-cache-memory-bytes"])

    gpu, sharing = GPUS["L4"], Sharing(time_slicing=2)
    device, load = device_of(gpu, sharing), ModelLoad(MODELS[model], 4096, None)
    need = load.need(device, 1)
    assert need.cache <= given
    assert need.weights + need.working + given <= device.usable_bytes, "all replicas fit the GPU together"


@pytest.mark.parametrize("sharing", [{"mps": 2}, {}], ids=["MPS", "whole"])
def test_mps_and_whole_gpu_replicas_have_no_fixed_kv_cache_size(sharing: dict[str, int]) -> None:
    pool = {"sharing": sharing} if sharing else {}
    graph = serve(model="Qwen/Qwen2.5-0.5B-Instruct", context=4096, pool=pool)
    assert "--kv-cache-memory-bytes" not in options(graph)


def test_mps_replicas_mount_no_shared_memory() -> None:
    graph = serve(pool={"sharing": {"mps": 2}})
    assert "/dev/shm" not in {mount["mountPath"] for mount in container(graph)["volumeMounts"]}
    assert "shm" not in {volume["name"] for volume in pod(graph)["volumes"]}


@pytest.mark.parametrize("minutes", [1, 7, 30])
def test_startup_probe_allows_the_configured_load_minutes(minutes: int) -> None:
    probe = container(serve(loadMinutes=minutes))["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] == minutes * 60


def test_replica_drains_requests_before_termination() -> None:
    graph = serve(drainSeconds=120)
    waits = container(graph)["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert waits >= 5
    assert options(graph)["--shutdown-timeout"] == "120"
    assert pod(graph)["terminationGracePeriodSeconds"] > waits + 120


def test_written_paths_are_mounted_on_a_read_only_root() -> None:
    made = container(serve())
    mounted = {mount["mountPath"] for mount in made["volumeMounts"]}
    written = {entry["name"]: entry["value"] for entry in made["env"]}
    assert made["securityContext"]["readOnlyRootFilesystem"] is True
    assert written["HOME"] in mounted
    assert f"/{written['HF_HOME'].split('/')[1]}" in mounted


def test_hub_token_comes_from_a_secret_and_is_masked() -> None:
    graph = serve(hub_token="hf_secret")
    secret = graph.only("Secret")
    [token] = [entry for entry in container(graph)["env"] if entry["name"] == "HF_TOKEN"]
    assert token["valueFrom"]["secretKeyRef"] == {"name": secret["metadata.name"], "key": "token"}
    assert "hf_secret" not in str(graph.only("Deployment").inputs)
    assert secret.secrets == {"stringData"}
    assert graph.waits_for(graph.only("Deployment"), secret)


def test_no_secret_without_a_hub_token() -> None:
    graph = serve()
    assert not graph.of("Secret")
    assert "HF_TOKEN" not in {entry["name"] for entry in container(graph)["env"]}


KNOWN = Path(__file__).with_name("vllm_flags.txt").read_text().splitlines()


@pytest.mark.parametrize(
    "graph",
    [
        serve(context=8192, revision="abc123", concurrency=8),
        serve(storage=ON_AWS, store="models", cache=None, gpus=4, pool={"instance": "g6.12xlarge"}),
        serve(weights="7Gi", pool={"sharing": {"timeSlicing": 2}}),
        serve(pool={"sharing": {"mps": 2}}),
    ],
    ids=["hub", "store", "time-sliced", "mps"],
)
def test_options_exist_in_the_pinned_vllm_version(graph: Any) -> None:
    assert f"vLLM {VLLM.tag.removeprefix('v')}." in KNOWN[0]
    assert options(graph).keys() <= {*KNOWN}


def test_streamer_reads_store_weights_distributed_over_gpus() -> None:
    four = serve(storage=ON_AWS, store="models", cache=None, gpus=4, pool={"instance": "g6.12xlarge"})
    assert options(four)["--model-loader-extra-config"] == '{"distributed":true}'
    assert "--model-loader-extra-config" not in options(serve(storage=ON_AWS, store="models", cache=None))


@pytest.mark.parametrize("flag", ["--load-format=mistral", "--load_format"])
def test_custom_load_format_disables_the_streamer_options(flag: str) -> None:
    """vLLM's default loader rejects unknown keys (model_loader/default_loader.py, 0.26.0)."""
    words = [flag] if "=" in flag else [flag, "safetensors"]
    graph = serve(
        storage=ON_AWS, store="models", cache=None, gpus=4, args=words, pool={"instance": "g6.12xlarge"}
    )
    told = container(graph)["args"]
    assert not [it for it in told if it.startswith(("--model-loader-extra-config", "--load-format=runai"))]
    assert flag in told
