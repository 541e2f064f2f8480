from pathlib import Path

from gpu_cluster.stack import load
from tests.unit.gpu_cluster.kubernetes.teams.granted import here, of_namespace, on_a_site, on_aws
from tests.unit.platforms import platform_of


def test_a_team_has_a_namespace_that_says_whose_it_is_and_holds_pods_to_restricted() -> None:
    graph, _ = on_aws()

    namespace = graph.get("v1:Namespace", "speech-prod")["metadata"]

    assert namespace["labels"]["gpu-cluster/team"] == "speech"
    assert namespace["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert namespace["annotations"]["gpu-cluster/pools"] == "l4"


def test_gpus_are_counted_by_pool_and_all_together() -> None:
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


def test_what_is_not_granted_is_a_quota_of_none() -> None:
    graph, _ = on_aws()

    hard = of_namespace(graph, "ResourceQuota", "speech-prod")["quota"]["spec"]["hard"]

    assert hard["requests.nvidia.com/mig-3g.20gb"] == "0"
    assert (hard["requests.cpu"], hard["requests.memory"], hard["pods"]) == ("20", "80Gi", "20")


def test_its_group_has_the_role_and_so_have_members_whom_the_cluster_knows() -> None:
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


def test_its_network_is_closed_but_for_its_own_pods_its_clients_names_and_the_internet() -> None:
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


def test_only_on_aws_pods_have_a_role_there() -> None:
    assert "aws" in of_namespace(on_aws()[0], "ServiceAccount", "vision")
    assert of_namespace(here()[0], "ServiceAccount", "vision") == {}


def test_the_platform_says_what_each_team_has() -> None:
    _, outputs = here()

    assert outputs["teams"]["speech"] == {
        "namespace": "speech",
        "group": "gpu-cluster:team:speech",
        "cpuMillis": 16000,
        "memoryBytes": 64027099136,
        "gpus": {"l4-shared": {"nvidia.com/gpu": 4}},
    }


def test_borrowed_gpus_raise_the_quotas_and_are_no_part_of_the_grant(tmp_path: Path) -> None:
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
