"""An update that takes nodes down, and with them every replica at once."""

from gpu_cluster.plan import Graph, Registered
from tests.pains.platforms import group, platform


def test_replacement_pool_is_created_before_the_old_one_is_deleted(graph: Graph) -> None:
    groups = graph.of("nodeGroup:NodeGroup")
    reserved = [it for it in groups if it["capacityType"] == "CAPACITY_BLOCK"]
    beside = [it for it in groups if it not in reserved]
    assert beside
    assert [it.name for it in beside if it.deleted_before_replaced] == []
    assert {it["updateConfig.updateStrategy"] for it in beside} == {"DEFAULT"}
    assert {it["updateConfig.maxUnavailable"] for it in groups} == {1}


def test_capacity_block_pool_is_deleted_before_its_replacement() -> None:
    block = group(platform("prod"), "h100")
    assert block["updateConfig.updateStrategy"] == "MINIMAL"
    assert block.deleted_before_replaced


def test_pod_disruption_budget_allows_one_replica_at_a_time(graph: Graph) -> None:
    budgets = {it["metadata.name"]: it["spec"] for it in graph.of("PodDisruptionBudget")}
    deployments = [it["metadata.name"] for it in replicated(graph)]
    assert deployments
    assert budgets.keys() >= set(deployments)
    assert {budget["maxUnavailable"] for budget in budgets.values()} == {1}


def test_replicas_are_spread_over_nodes(graph: Graph) -> None:
    for deployment in replicated(graph):
        [spread] = deployment["spec.template.spec.topologySpreadConstraints"]
        assert spread["topologyKey"] == "kubernetes.io/hostname", deployment.name


def replicated(graph: Graph) -> list[Registered]:
    """Deployments that may have several replicas; each telemetry server has one."""
    return [it for it in graph.of("v1:Deployment") if it["metadata.namespace"] != "telemetry"]
