from gpu_cluster.capacity import free_capacity, pools_of
from gpu_cluster.config.stack import Stack
from tests.unit.gpu_cluster.capacity.stacks import pool_of

GIB = 1024**3


def test_free_capacity_excludes_the_daemonset_reserve() -> None:
    pool = pool_of(instance="g6.48xlarge")
    left = free_capacity(pool)
    assert pool.allocatable.cpu_millis - left.cpu_millis == 500
    assert pool.allocatable.memory_bytes - left.memory_bytes == GIB
    assert pool.allocatable.pods - left.pods == 10


def test_node_too_small_for_its_daemonsets_has_no_free_memory() -> None:
    tiny = pool_of(provider="existing", machine={"cpus": 1, "memory": "1Gi", "gpu": "T4", "gpus": 1})
    assert free_capacity(tiny).memory_bytes == 0


def test_free_capacity_excludes_huge_pages_of_efa() -> None:
    """42242Mi of p5.48xlarge: hugepages-2Mi of such nodes in aws-samples/aws-do-eks."""
    admin = {"principal": "arn:aws:iam::123456789012:role/admin", "policy": "cluster-admin"}
    cluster = {"provider": "eks", "account": "123456789012", "version": "1.35", "access": {"admin": admin}}
    stack = {"cluster": cluster, "network": {"zones": ["us-east-2a", "us-east-2b"]}}
    node = {"instance": "p5.48xlarge", "nodes": 2, "zones": ["us-east-2a"]}
    pools = pools_of(Stack.model_validate(stack | {"pools": {"efa": {**node, "efa": True}, "plain": node}}))

    huge_pages = free_capacity(pools["plain"]).memory_bytes - free_capacity(pools["efa"]).memory_bytes
    assert huge_pages == 42242 * 1024**2
