import pytest

from gpu_cluster.capacity import mirror_jobs
from gpu_cluster.catalog import DURATIONS, MODELS, WEIGHTS_BYTES_PER_MINUTE, engine_start_minutes
from gpu_cluster_tools.review import aws_types
from gpu_cluster_tools.schedule import (
    Task,
    TimedResource,
    UnknownDurationsError,
    creation_schedule,
    deletion_schedule,
    described,
    load_times,
    schedule,
)
from tests.unit.gpu_cluster.stacks import model_of, stack_of

PLATFORM = "urn:pulumi:prod::gpu-cluster::"
_ROOT = f"{PLATFORM}gpu-cluster:index:Platform::platform"


def resource(type: str, name: str, *needs: TimedResource) -> TimedResource:
    urn = f"{PLATFORM}gpu-cluster:index:Platform${type}::{name}"
    return TimedResource(urn, frozenset({_ROOT, *(need.urn for need in needs)}), name)


def test_dependent_tasks_run_in_sequence() -> None:
    found = schedule(
        [
            Task("vpc", 1),
            Task("cluster", 10, frozenset({"vpc"})),
            Task("bucket", 2),
            Task("pool", 3, frozenset({"cluster"})),
        ]
    )

    assert found.path == (("vpc", 1), ("cluster", 10), ("pool", 3))
    assert (found.chain, found.makespan, found.ratio) == (14, 14, 1)


def test_parallel_tasks_are_limited() -> None:
    tasks = [Task(f"pool {number}", 3) for number in range(5)]

    found = schedule(tasks, at_once=2)

    assert (found.chain, found.makespan, found.ratio) == (3, 9, 3)


def test_zero_duration_tasks_only_order_others() -> None:
    group = Task("component", 0, frozenset({"first"}))
    found = schedule([Task("first", 2), group, Task("child", 1, frozenset({"component"}))], at_once=1)

    assert found.path == (("first", 2), ("child", 1))
    assert found.makespan == 3


def test_unlimited_parallelism_leaves_the_longest_chain() -> None:
    tasks = [Task("slow", 10), Task("quick", 1), Task("component", 0, frozenset({"quick"}))]
    tasks.append(Task("child", 5, frozenset({"component"})))

    assert schedule(tasks, at_once=9).ratio == 1


def test_hub_weights_are_moved_twice_and_store_weights_once() -> None:
    eight = MODELS["meta-llama/Llama-3.1-8B-Instruct"].weights
    models = {
        "chat": model_of(model="meta-llama/Llama-3.1-8B-Instruct"),
        "own": model_of(weights="140Gi"),
        "unknown": model_of(),
    }
    times = load_times(stack_of(serving={"models": models}))
    own = 140 * 1024**3
    assert times == {
        "chat": pytest.approx(2 * eight / WEIGHTS_BYTES_PER_MINUTE + engine_start_minutes(eight), rel=1e-3),
        "own": pytest.approx(2 * own / WEIGHTS_BYTES_PER_MINUTE + engine_start_minutes(own)),
    }


def test_servers_wait_for_the_mirror_job_of_their_weights() -> None:
    stored = model_of(model="deepseek-ai/DeepSeek-R1", store="models", mirror=True, cache=None)
    store = {"kind": "nfs-folder", "server": "files.example.com", "share": "/srv", "writable": True}
    stack = stack_of(storage={"models": store}, serving={"models": {"chat": stored}})
    [name] = mirror_jobs(stack.serving.models)
    minutes = load_times(stack)[name]
    assert minutes == pytest.approx(
        MODELS["deepseek-ai/DeepSeek-R1"].download / WEIGHTS_BYTES_PER_MINUTE, rel=1e-6
    )
    job = resource("kubernetes:batch/v1:Job", name)
    assert creation_schedule([job], {name: minutes}).makespan == pytest.approx(minutes + 0.5)


def test_disk_throughput_limits_weight_transfer() -> None:
    model = model_of(model="Qwen/Qwen2.5-7B-Instruct", cache={"size": "40Gi", "storageClass": "disk"})
    weights = MODELS["Qwen/Qwen2.5-7B-Instruct"].weights
    for throughput in (125, 250):
        disk = {"kind": "ebs", "throughput": throughput, "default": True}
        times = load_times(stack_of(storage={"disk": disk}, serving={"models": {"chat": model}}))
        moved = times["chat"] - engine_start_minutes(weights)
        assert moved == pytest.approx(2 * weights / (throughput * 1024**2 * 60))


@pytest.mark.parametrize(("gigabytes", "seconds"), [(1, 93), (16, 138), (80, 330), (700, 330)])
def test_engine_start_time_grows_with_weights_per_gpu(gigabytes: int, seconds: int) -> None:
    assert engine_start_minutes(gigabytes * 10**9) * 60 == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("store", "instance", "seconds"),
    [
        ({"kind": "s3"}, "g6.4xlarge", 16.06 / (10 / 8 * 0.75)),
        ({"kind": "s3"}, "g6.12xlarge", 16.06 / (40 / 8 * 0.75)),
        ({"kind": "s3"}, "p5.48xlarge", 16.06 / (100 / 8 * 0.75)),  # one network card of 32
        ({"kind": "fsx-lustre", "size": "4.8Ti", "throughput": 250}, "g6.12xlarge", 16.06 / 1.2),
        ({"kind": "fsx-lustre", "size": "4.8Ti", "throughput": 1000}, "g6.4xlarge", 16.06 / 1.25),
    ],
)
def test_store_and_node_limit_the_speed_of_weight_reads(
    store: dict[str, object], instance: str, seconds: float
) -> None:
    model = model_of(model="meta-llama/Llama-3.1-8B-Instruct", store="models", cache=None)
    stack = stack_of(
        pools={"l4": {"instance": instance, "nodes": 2}},
        storage={"models": store},
        serving={"models": {"chat": model}},
    )
    start = engine_start_minutes(MODELS["meta-llama/Llama-3.1-8B-Instruct"].weights)
    assert load_times(stack)["chat"] == pytest.approx(start + seconds / 60, rel=1e-3)


def test_creation_follows_dependencies_parents_and_providers() -> None:
    cluster = resource("aws:eks/cluster:Cluster", "cluster")
    provider = resource("pulumi:providers:kubernetes", "kubernetes", cluster)
    model = resource("kubernetes:apps/v1:Deployment", "chat", provider)

    found = creation_schedule([cluster, provider, model], {"chat": 1.6})

    assert described(found) == ["10.0 min  Cluster cluster (10.0)", "16.6 min  Deployment chat (6.6)"]


def test_deletion_goes_in_waves_from_resources_without_dependents() -> None:
    vpc = resource("aws:ec2/vpc:Vpc", "vpc")
    cluster = resource("aws:eks/cluster:Cluster", "cluster", vpc)
    pools = [resource("aws:eks/nodeGroup:NodeGroup", name, cluster) for name in "ab"]

    found = deletion_schedule([vpc, cluster, *pools])

    assert [name.rpartition("::")[2] for name, _ in found.path] == ["a", "cluster", "vpc"]


def test_unknown_duration_names_the_type() -> None:
    with pytest.raises(UnknownDurationsError, match="aws:quantum/entangler:Entangler"):
        creation_schedule([resource("aws:quantum/entangler:Entangler", "odd")], {})


def test_every_aws_type_has_a_duration() -> None:
    assert sorted(aws_types.table().keys() - DURATIONS.keys()) == []


def test_resource_from_state_equals_one_from_the_plan() -> None:
    made = {
        "urn": f"{PLATFORM}kubernetes:apps/v1:Deployment::chat",
        "type": "kubernetes:apps/v1:Deployment",
        "inputs": {"metadata": {"name": "chat"}},
        "dependencies": ["urn:a"],
        "parent": "urn:b",
        "provider": "urn:c::id",
    }

    assert TimedResource.made(made) == TimedResource(
        str(made["urn"]), frozenset({"urn:a", "urn:b", "urn:c"}), "chat"
    )
