"""Admission policy of team routes; tests/rehearsal/test_gateway.py tests it on the API server."""

from tests.unit.gpu_cluster.stacks import stack_of
from tests.unit.platforms import platform_of

GATEWAY = {"host": "models.example.com", "tls": {"secret": "models-tls"}}
NAME = "gpu-cluster-team-routes"


def test_route_admission_policy_exists_if_a_team_has_the_gateway() -> None:
    teams = {"vision": {"members": ["anna"], "gateway": True}, "speech": {"members": ["jo"]}}
    graph, _ = platform_of(stack_of(gateway=GATEWAY, teams=teams))

    assert graph.get("ValidatingAdmissionPolicy", NAME)
    assert graph.get("ValidatingAdmissionPolicyBinding", NAME)["spec.validationActions"] == ["Deny"]
    allowed = {
        it["metadata.namespace"] for it in graph.of("NetworkPolicy") if it["metadata.name"] == "allow-gateway"
    }
    assert allowed == {"serving", "vision"}
    [listener] = next(it for it in graph.of("Gateway") if it.type.startswith("kubernetes:"))["spec.listeners"]
    [expression] = listener["allowedRoutes"]["namespaces"]["selector"]["matchExpressions"]
    assert expression["values"] == ["serving", "vision"]


def test_no_route_admission_policy_without_a_team_on_the_gateway() -> None:
    graph, _ = platform_of(stack_of(gateway=GATEWAY, teams={"speech": {"members": ["jo"]}}))
    names = [it["metadata.name"] for it in graph.of("ValidatingAdmissionPolicy")]
    assert NAME not in names


def test_only_teams_with_the_gateway_may_create_routes() -> None:
    teams = {"vision": {"members": ["anna"], "gateway": True}, "speech": {"members": ["jo"]}}
    graph, _ = platform_of(stack_of(gateway=GATEWAY, teams=teams))
    roles = {it["metadata.namespace"]: it for it in graph.of("Role") if it["metadata.name"] == "team"}
    resources = {
        name: {r for rule in role["rules"] for r in rule["resources"]} for name, role in roles.items()
    }
    assert "httproutes" in resources["vision"]
    assert "httproutes" not in resources["speech"]
