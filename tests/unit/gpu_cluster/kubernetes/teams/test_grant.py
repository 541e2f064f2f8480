from pathlib import Path

from gpu_cluster.capacity import pools_of, share_of
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.teams.quota import quota_of
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.kubernetes.teams.granted import here, of_namespace, on_a_site, on_aws
from tests.unit.platforms import platform_of


def test_team_namespace_is_labeled_and_enforces_restricted_pods() -> None:
    graph, _ = on_aws()

    namespace = graph.get("v1:Namespace", "speech-prod")["metadata"]

    assert namespace["labels"]["gpu-cluster/team"] == "speech"
    assert namespace["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert namespace["annotations"]["gpu-cluster/pools"] == "l4"


def test_team_quotas_limit_gpus_per_pool_and_in_total() -> None:
    graph, _ = on_aws()

    quotas = {name: it["spec"] for name, it in of_namespace(graph, "ResourceQuota", "vision").items()}

    assert quotas.keys() == {"quota", "gpus-l4", "gpus-a100"}
    assert quotas["gpus-a100"] == {
        "hard": {"requests.nvidia.com/mig-3g.20gb": "2", "requests.nvidia.com/mig-1g.5gb": "6"},
        "scopeSelector": {
            "matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["gpu-a100"]}]
        },
    }
    together = quotas["quota"]["hard"]
    assert together["requests.nvidia.com/gpu"] == "2"
    assert together["requests.nvidia.com/mig-1g.5gb"] == "6"
    assert together["services.loadbalancers"] == together["services.nodeports"] == "0"


def test_team_quota_of_resources_not_granted_is_zero() -> None:
    graph, _ = on_aws()

    hard = of_namespace(graph, "ResourceQuota", "speech-prod")["quota"]["spec"]["hard"]

    assert hard["requests.nvidia.com/mig-3g.20gb"] == "0"
    assert (hard["requests.cpu"], hard["requests.memory"], hard["pods"]) == ("20", "80Gi", "20")


def test_quota_of_whole_gpus_is_zero_where_every_pool_is_divided() -> None:
    machine = {"cpus": 192, "memory": "2Ti", "gpu": "H100", "gpus": 8}
    pools = {"dgx": {"machine": machine, "nodes": 1, "sharing": {"mig": {"1g.10gb": 7}}}}
    stack = Stack.model_validate(
        {"cluster": {"provider": "existing"}, "pools": pools, "teams": {"vision": {"gpus": {"dgx": 7}}}}
    )
    team, divided = stack.teams["vision"], pools_of(stack)

    hard = quota_of(team, share_of(team, divided), divided)

    assert hard["requests.nvidia.com/mig-1g.10gb"] == "7"
    assert hard["requests.nvidia.com/gpu"] == "0"


def test_role_binding_names_the_team_group_and_cluster_members() -> None:
    graph, _ = on_a_site()

    subjects = {
        namespace: [(it["kind"], it["name"]) for it in binding["subjects"]]
        for namespace in ("vision", "speech")
        for binding in of_namespace(graph, "RoleBinding", namespace).values()
    }

    assert subjects == {
        "vision": [("Group", "gpu-cluster:team:vision"), ("User", "jo@example.com")],
        "speech": [("Group", "gpu-cluster:team:speech"), ("Group", "speech")],
    }


def test_team_network_denies_all_but_own_pods_clients_dns_and_internet() -> None:
    graph, _ = on_aws()

    policies = of_namespace(graph, "NetworkPolicy", "vision")

    assert policies.keys() == {
        "default-deny",
        "allow-clients",
        "allow-dns",
        "allow-internet",
        "allow-metrics",
        "allow-own",
        "allow-pod-identity",
        "allow-aws-endpoints",
    }
    [rule] = policies["allow-clients"]["spec"]["ingress"]
    [peer] = rule["from"]
    assert peer["namespaceSelector"]["matchExpressions"][0]["values"] == ["vision", "web"]


def test_team_service_account_for_aws_exists_only_on_aws() -> None:
    assert "aws" in of_namespace(on_aws()[0], "ServiceAccount", "vision")
    assert of_namespace(here()[0], "ServiceAccount", "vision") == {}


def test_platform_outputs_the_grant_of_each_team() -> None:
    _, outputs = here()

    assert outputs["teams"]["speech"] == {
        "namespace": "speech",
        "group": "gpu-cluster:team:speech",
        "cpuMillis": 16000,
        "memoryBytes": 64027099136,
        "gpus": {"l4-shared": {"nvidia.com/gpu": 4}},
    }


def test_borrowed_gpus_raise_the_quotas_but_not_the_grant(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.local.yaml"
    file.write_text(
        "config:\n"
        "  gpu-cluster:cluster: {provider: local}\n"
        "  gpu-cluster:pools:\n"
        "    system: {instance: m7i.xlarge, nodes: 1}\n"
        "    l4: {instance: g6.4xlarge, nodes: 4}\n"
        "    a10: {instance: g5.4xlarge, nodes: 1}\n"
        "  gpu-cluster:teams:\n"
        "    vision: {gpus: {l4: 1}, borrow: {l4: 2, a10: 1}}\n"
        "    speech: {gpus: {l4: 3}}\n"
    )
    graph, outputs = platform_of(load(file))

    quotas = {
        it: found["spec"]["hard"] for it, found in of_namespace(graph, "ResourceQuota", "vision").items()
    }
    assert quotas["gpus-l4"] == {"requests.nvidia.com/gpu": "3"}
    assert quotas["gpus-a10"] == {"requests.nvidia.com/gpu": "1"}
    assert quotas["quota"]["requests.nvidia.com/gpu"] == "4"
    namespace = graph.get("v1:Namespace", "vision")["metadata"]
    assert namespace["annotations"]["gpu-cluster/pools"] == "l4,a10"
    assert outputs["teams"]["vision"]["gpus"] == {"l4": {"nvidia.com/gpu": 1}}
