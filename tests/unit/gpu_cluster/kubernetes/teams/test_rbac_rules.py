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


def test_team_role_has_no_wildcards_or_escalation_verbs() -> None:
    words = {word for (group, resource), verbs in allowed().items() for word in (group, resource, *verbs)}
    assert "*" not in words
    assert not words & {"bind", "escalate", "impersonate", "deletecollection"}


def test_team_role_reads_quotas_limits_and_network_policies() -> None:
    verbs = {resource: verbs for (_, resource), verbs in allowed().items() if resource in BOUNDS}
    assert verbs == {bound: {"get", "list", "watch"} for bound in BOUNDS}


def test_team_role_reads_only_the_hub_token_secret() -> None:
    assert allowed()["", "secrets"] == {"create"}
    named = [it for it in rbac_rules.rules() if it.resource_names]
    assert [it.resource_names for it in named] == [["hub-token"]]


def test_team_role_excludes_rbac_and_pod_exec() -> None:
    assert not any(group == "rbac.authorization.k8s.io" for group, _ in allowed())
    assert not {"pods/exec", "pods/attach", "pods/portforward", "serviceaccounts/token"} & {
        resource for _, resource in allowed()
    }


def test_team_role_allows_granted_custom_resources_and_their_scale() -> None:
    custom = rbac_rules.rules(custom=["trainjobs.trainer.kubeflow.org"])[-2:]

    assert [(it.api_groups, it.resources) for it in custom] == [
        (["trainer.kubeflow.org"], ["trainjobs"]),
        (["trainer.kubeflow.org"], ["trainjobs/scale"]),
    ]
