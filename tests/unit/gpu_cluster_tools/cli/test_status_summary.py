from dataclasses import replace
from pathlib import Path
from textwrap import dedent

from gpu_cluster.capacity import pools_of
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack import load
from gpu_cluster_tools.cli.drift import resized
from gpu_cluster_tools.cli.status_summary import as_data, summary
from gpu_cluster_tools.rehearsal import ClusterInventory, PoolNodes, Replica
from gpu_cluster_tools.rehearsal.cluster_state.platform_pods import UnhealthyPods
from gpu_cluster_tools.review.drift import Drifted

STACK = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 1}
    h100: {instance: p5.48xlarge, nodes: 2, sharing: {mig: {1g.10gb: 4, 3g.40gb: 1}}}
  gpu-cluster:serving:
    models:
      chat: {model: a/chat, pool: h100, slice: 3g.40gb, replicas: 2, cache: {size: 40Gi}}
      code: {model: a/code, pool: h100, slice: 1g.10gb, replicas: 1, cache: {size: 40Gi}}
"""


def running(folder: Path) -> tuple[Stack, ClusterInventory]:
    """The stack with one node and one pod not created yet."""
    file = folder / "Pulumi.small.yaml"
    file.write_text(STACK)
    stack = load(file)
    pools = pools_of(stack)
    found = ClusterInventory(
        pools=(PoolNodes(pools["system"], ready=1, total=1), PoolNodes(pools["h100"], ready=1, total=2)),
        replicas=(
            Replica("chat", "chat-1", "h100-0", ready=True),
            Replica("chat", "chat-2", None, ready=False),
        ),
    )
    return stack, found


def test_summary_shows_pools_models_and_next_commands(tmp_path: Path) -> None:
    stack, found = running(tmp_path)

    assert summary("small", stack, found) == dedent("""\
        small: 2 of 3 nodes ready

          POOL    NODES  MACHINE      GPUS
          system  1/1    m7i.xlarge   -
          h100    1/2    p5.48xlarge  16 x H100 as 64 x nvidia.com/mig-1g.10gb, 16 x nvidia.com/mig-3g.40gb

          MODEL  READY  NODES
          chat   1/2    h100-0, waiting
          code   0/0    -

          inspect pods  kubectl --kubeconfig .local/kubeconfig get pods -A
          use pulumi    eval "$(.venv/bin/gpu-cluster env small)"; pulumi stack --stack small
          change        edit stacks/Pulumi.small.yaml, then: make up STACK=small
          remove        make down STACK=small""")


def test_summary_says_why_a_replica_is_not_ready(tmp_path: Path) -> None:
    stack, found = running(tmp_path)
    slow = Replica("chat", "chat-2", "h100-0", ready=False, reason="loads for 50 s of at most 30 min")
    shown = summary("small", stack, ClusterInventory(found.pools, (found.replicas[0], slow)))

    assert "  NOT READY  REASON\n  chat-2     loads for 50 s of at most 30 min\n" in shown


def test_summary_lists_other_pods_that_are_not_ready(tmp_path: Path) -> None:
    stack, found = running(tmp_path)
    broken = UnhealthyPods("gpu-system", "nvidia-device-plugin-h100", 1, 2, "cannot pull it")
    shown = summary("small", stack, replace(found, unhealthy=(broken,)))
    unknown = summary("small", stack, replace(found, unhealthy=None))

    assert (
        "  OTHER PODS                            NOT READY  REASON\n"
        "  gpu-system/nvidia-device-plugin-h100  1 of 2     cannot pull it\n"
    ) in shown
    assert as_data("small", stack, replace(found, unhealthy=(broken,)))["unhealthyPods"] == [
        {
            "namespace": "gpu-system",
            "owner": "nvidia-device-plugin-h100",
            "pods": 1,
            "total": 2,
            "reason": "cannot pull it",
        }
    ]
    assert "not authorized to list pods" in unknown
    assert as_data("small", stack, replace(found, unhealthy=None))["unhealthyPods"] is None


def test_json_has_the_data_of_the_summary(tmp_path: Path) -> None:
    data = as_data("small", *running(tmp_path))

    assert data["pools"][1] == {
        "name": "h100",
        "ready": 1,
        "nodes": 2,
        "nodesWanted": {"least": 2, "most": 2},
        "machine": "p5.48xlarge",
        "gpu": "H100",
        "gpus": 16,
        "resources": {"nvidia.com/mig-1g.10gb": 64, "nvidia.com/mig-3g.40gb": 16},
    }
    assert data["models"] == {
        "chat": [
            {"model": "chat", "pod": "chat-1", "node": "h100-0", "ready": True, "reason": None},
            {"model": "chat", "pod": "chat-2", "node": None, "ready": False, "reason": None},
        ],
        "code": [],
    }


def test_pool_size_other_than_in_the_stack_file_is_reported(tmp_path: Path) -> None:
    stack, found = running(tmp_path)
    [system, h100] = found.pools
    smaller = ClusterInventory((system, PoolNodes(h100.pool, ready=1, total=1)), found.replicas)

    assert "1/1, 2 in the stack file" in summary("small", stack, smaller)
    assert "in the stack file" not in summary("small", stack, found)
    assert as_data("small", stack, smaller)["pools"][1]["nodesWanted"] == {"least": 2, "most": 2}
    assert resized(smaller.pools) == [Drifted("scale pool h100", ("nodes: 1 -> 2",))]
    assert resized(found.pools) == []
