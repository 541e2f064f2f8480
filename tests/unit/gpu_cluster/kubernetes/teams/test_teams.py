"""Teams of a platform; tests/rehearsal/test_teams.py tests the admission policy on a real API server."""

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


def test_each_gpu_pool_has_a_priority_class_without_preemption() -> None:
    graph, _ = on_aws()

    classes = {it["metadata.name"]: it.inputs for it in graph.of("PriorityClass")}

    assert classes.keys() == {priority_class("l4"), priority_class("a100")}
    assert {(it["value"], it["preemptionPolicy"]) for it in classes.values()} == {(0, "Never")}


def test_admission_policy_matches_only_team_namespaces_and_fails_closed() -> None:
    policy = on_aws()[0].get("ValidatingAdmissionPolicy", "gpu-cluster-teams")["spec"]

    assert policy["failurePolicy"] == "Fail"
    [matched] = policy["matchConstraints"]["namespaceSelector"]["matchExpressions"]
    assert matched == {"key": "gpu-cluster/team", "operator": "Exists"}


def test_admission_requires_the_model_user_on_mps_pools() -> None:
    """The MPS server serves one user at a time: pods of another user would wait until all models end."""
    gpus = {"mps": PoolSettings.model_validate({"instance": "g6.4xlarge", "nodes": 1, "sharing": {"mps": 2}})}
    pools = pools_of(Stack.model_validate({"cluster": {"provider": "local"}, "pools": gpus}))
    spec: Any = pod_admission.policy(pools)

    assert {each.name: each.expression for each in spec.variables}["mps"] == '["mps"]'
    assert any(f"== {USER}" in each.expression for each in spec.validations)


def test_team_namespaces_wait_for_the_admission_policy_binding() -> None:
    graph, _ = on_aws()
    binding = graph.get("ValidatingAdmissionPolicyBinding", "gpu-cluster-teams")

    for team in ("vision", "speech-prod"):
        assert graph.waits_for(graph.get("v1:Namespace", team), binding)


def test_platform_without_teams_has_no_team_objects() -> None:
    graph, outputs = platform_of(load(STACKS / "happy/smallest-local.yaml"))

    assert not graph.of("PriorityClass")
    assert "teams" not in outputs


def test_team_namespace_in_serving_clients_reaches_the_models() -> None:
    stack = load(STACKS / "teams/Pulumi.machine.yaml")
    serving = stack.serving.model_copy(update={"clients": frozenset({"vision"})})

    graph, _ = platform_of(stack.model_copy(update={"serving": serving}))

    assert reaching_models(graph) == {"vision"}


def reaching_models(graph: Graph) -> set[str]:
    policies = (it["metadata"] for it in graph.of("NetworkPolicy"))
    return {it["namespace"] for it in policies if it["name"] == "allow-models"}
