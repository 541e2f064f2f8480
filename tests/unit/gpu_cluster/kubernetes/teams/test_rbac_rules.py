from gpu_cluster.kubernetes.teams import rbac_rules
from tests.unit.gpu_cluster.kubernetes.teams.granted import here, of_namespace

BOUNDS = {"resourcequotas", "limitranges", "networkpolicies"}


def allowed() -> dict[tuple[str, str], set[str]]:
    [role] = of_namespace(here()[0], "v1:Role", "vision").values()
    return {
        (group, resource): set(rule["verbs"])
        for rule in role["rules"]
        if "resourceNames" not in rule
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def test_it_names_all_that_it_allows() -> None:
    words = {word for (group, resource), verbs in allowed().items() for word in (group, resource, *verbs)}
    assert "*" not in words
    assert not words & {"bind", "escalate", "impersonate", "deletecollection"}


def test_what_bounds_a_team_it_may_look_at() -> None:
    verbs = {resource: verbs for (_, resource), verbs in allowed().items() if resource in BOUNDS}
    assert verbs == {bound: {"get", "list", "watch"} for bound in BOUNDS}


def test_no_secret_is_read_but_the_token_of_the_model_hub() -> None:
    assert allowed()["", "secrets"] == {"create"}
    named = [it for it in rbac_rules.rules() if it.resource_names]
    assert [it.resource_names for it in named] == [["hub-token"]]


def test_nothing_of_rbac_and_no_way_into_pods_is_allowed() -> None:
    assert not any(group == "rbac.authorization.k8s.io" for group, _ in allowed())
    assert not {"pods/exec", "pods/attach", "pods/portforward", "serviceaccounts/token"} & {
        resource for _, resource in allowed()
    }


def test_custom_resources_of_a_grant_are_the_teams_to_change_and_scale() -> None:
    custom = rbac_rules.rules(custom=["trainjobs.trainer.kubeflow.org"])[-2:]

    assert [(it.api_groups, it.resources) for it in custom] == [
        (["trainer.kubeflow.org"], ["trainjobs"]),
        (["trainer.kubeflow.org"], ["trainjobs/scale"]),
    ]
