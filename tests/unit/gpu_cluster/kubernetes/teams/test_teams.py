"""The admission policy on a real API server is in tests/rehearsal/test_teams.py."""

from typing import Any

from gpu_cluster.capacity import pools_of
from gpu_cluster.config.pools import PoolSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.serving.replicas import USER
from gpu_cluster.kubernetes.teams import pod_admission, priority_class
from gpu_cluster.plan import Graph
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.kubernetes.teams.granted import on_aws
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.platforms import platform_of


def test_each_pool_with_gpus_has_a_class_that_ends_no_other_pod() -> None:
    graph, _ = on_aws()

    classes = {it["metadata.name"]: it.inputs for it in graph.of("PriorityClass")}

    assert classes.keys() == {priority_class("l4"), priority_class("a100")}
    assert {(it["value"], it["preemptionPolicy"]) for it in classes.values()} == {(0, "Never")}


def test_pods_of_teams_alone_are_looked_at_and_what_cannot_be_looked_at_is_refused() -> None:
    policy = on_aws()[0].get("ValidatingAdmissionPolicy", "gpu-cluster-teams")["spec"]

    assert policy["failurePolicy"] == "Fail"
    [matched] = policy["matchConstraints"]["namespaceSelector"]["matchExpressions"]
    assert matched == {"key": "gpu-cluster/team", "operator": "Exists"}


def test_pods_on_gpus_that_mps_shares_run_as_the_user_of_the_models() -> None:
    """Its server serves one user at a time, so that another's pods would wait for the end of all models."""
    gpus = {"mps": PoolSettings.model_validate({"instance": "g6.4xlarge", "nodes": 1, "sharing": {"mps": 2}})}
    pools = pools_of(Stack.model_validate({"cluster": {"provider": "local"}, "pools": gpus}))
    spec: Any = pod_admission.policy(pools)

    assert {each.name: each.expression for each in spec.variables}["mps"] == '["mps"]'
    assert any(f"== {USER}" in each.expression for each in spec.validations)


def test_access_comes_after_the_limits_of_the_grant() -> None:
    graph, _ = on_aws()
    binding = graph.get("ValidatingAdmissionPolicyBinding", "gpu-cluster-teams")

    for team in ("vision", "speech-prod"):
        assert graph.waits_for(graph.get("v1:Namespace", team), binding)


def test_a_platform_without_teams_has_nothing_of_them() -> None:
    graph, outputs = platform_of(load(STACKS / "happy/smallest-local.yaml"))

    assert not graph.of("PriorityClass")
    assert "teams" not in outputs


def test_a_team_whose_namespace_may_call_the_platforms_models_reaches_them() -> None:
    stack = load(STACKS / "teams/Pulumi.machine.yaml")
    serving = stack.serving.model_copy(update={"clients": frozenset({"vision"})})

    graph, _ = platform_of(stack.model_copy(update={"serving": serving}))

    assert reaching_models(graph) == {"vision"}


def reaching_models(graph: Graph) -> set[str]:
    policies = (it["metadata"] for it in graph.of("NetworkPolicy"))
    return {it["namespace"] for it in policies if it["name"] == "allow-models"}
