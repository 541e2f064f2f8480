"""An edit of an immutable property, which replaces a cluster and everything in it."""

import pytest

from gpu_cluster.plan import Graph
from gpu_cluster.stack import load
from tests.pains.platforms import STACKS, edited, platform

HOLDS_DATA = (
    "backup:vault:Vault",
    "ecr:repository:Repository",
    "efs:fileSystem:FileSystem",
    "LustreFileSystem",
    "kms:key:Key",
    "s3:bucket:Bucket",
)


def test_engine_and_aws_refuse_to_delete_a_protected_cluster(graph: Graph, name: str) -> None:
    protect = load(STACKS / f"Pulumi.{name}.yaml").protect
    cluster = graph.only("cluster:Cluster")
    assert cluster.protected is protect
    assert cluster["deletionProtection"] is protect


def test_cluster_is_protected_by_default() -> None:
    cluster = edited("dev", {"protect": None}).only("cluster:Cluster")
    assert cluster.protected
    assert cluster["deletionProtection"] is True


def test_role_of_a_protected_cluster_is_protected() -> None:
    graph = platform("prod")
    cluster = graph.only("cluster:Cluster")
    [role] = [it for it in graph.of("iam:role:Role") if it.name == "platform-cluster-test"]
    assert role.protected
    assert graph.waits_for(cluster, role)


@pytest.mark.parametrize("kind", HOLDS_DATA)
def test_stores_with_data_are_retained(kind: str) -> None:
    stores = platform("prod").of(kind)
    assert stores
    assert [it.urn for it in stores if not it.retained] == []
