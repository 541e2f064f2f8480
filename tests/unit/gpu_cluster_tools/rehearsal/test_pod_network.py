from pathlib import Path
from typing import Any, cast

from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.rehearsal.egress_rules import EgressTarget
from gpu_cluster_tools.rehearsal.pod_network import accounts_on_aws, aws_targets, dns_targets, unreached

STACKS = Path(__file__).parents[4] / "stacks"
ENDPOINTS = EgressTarget("the endpoints of AWS", 443, network="10.40.1.0/24")
CLOSED: Any = {
    "metadata": {"namespace": "vision"},
    "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": []},
}
CACHE = "NodeLocal DNSCache at 169.254.20.10"
ONPREM = load(STACKS / "Pulumi.onprem.yaml")
DNS_PODS: Any = {
    "metadata": {"namespace": "vision"},
    "spec": {
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [
            {"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}]},
            {"to": [{"ipBlock": {"cidr": "1.0.0.0/8"}}]},
        ],
    },
}


class Cluster:
    """An API server with only network policies and pods."""

    def __init__(self, policies: list[Any], pods: list[Any]) -> None:
        self._items = {"networkpolicies": policies, "pods": pods}

    def items(self, path: str) -> list[Any]:
        return self._items[path.rpartition("/")[2]]


def cluster(policies: list[Any], *pods: Any) -> DynamicClient:
    return cast(DynamicClient, Cluster(policies, list(pods)))


def pod(account: str = "default", **spec: Any) -> Any:
    meta = {"namespace": "vision", "name": "a", "ownerReferences": [{"kind": "ReplicaSet", "name": "chat-1"}]}
    return {"metadata": meta, "spec": {"serviceAccountName": account, **spec}}


class Aws:
    def call(self, service: str, operation: str, **_: Any) -> Any:
        return {
            "DescribeVpcEndpoints": {
                "VpcEndpoints": [
                    {
                        "VpcEndpointType": "Interface",
                        "PrivateDnsEnabled": True,
                        "SubnetIds": ["subnet-a"],
                        "ServiceName": f"com.amazonaws.us-east-2.{name}",
                    }
                    for name in ("sts", "logs")
                ]
                + [{"VpcEndpointType": "Gateway", "ServiceName": "com.amazonaws.us-east-2.s3"}]
            },
            "DescribeSubnets": {"Subnets": [{"SubnetId": "subnet-a", "CidrBlock": "10.40.1.0/24"}]},
            "ListClusters": {"clusters": ["platform"]},
            "ListPodIdentityAssociations": {
                "associations": [{"namespace": "vision", "serviceAccount": "aws"}]
            },
        }[operation]


def test_missing_egress_is_reported_once_for_each_owner() -> None:
    api = cluster([DNS_PODS], pod(), pod(), pod(hostNetwork=True))

    assert unreached(api, dns_targets(ONPREM)) == [
        f"pods of ReplicaSet vision/chat-1: no network policy allows egress to {CACHE} on port 53 ({way})"
        for way in ("UDP", "TCP")
    ]
    assert unreached(cluster([], pod()), [ENDPOINTS]) == []


def test_pod_with_closed_dns_policy_needs_no_dns() -> None:
    assert unreached(cluster([CLOSED], pod()), dns_targets(ONPREM)) == []


def test_only_pods_with_aws_service_accounts_need_aws_endpoints() -> None:
    found = unreached(cluster([CLOSED], pod()), [], [ENDPOINTS], {("vision", "aws")})

    assert found == [
        "pods of service account vision/aws: no network policy allows egress to "
        "the endpoints of AWS on port 443 (TCP)"
    ]
    [found] = unreached(cluster([CLOSED], pod("aws")), [], [ENDPOINTS], {("vision", "aws")})
    assert found.startswith("pods of ReplicaSet vision/chat-1: ")


def test_vpc_endpoints_and_pod_identity_agent_are_targets() -> None:
    aws = cast(Api, Aws())

    assert list(map(str, aws_targets(aws))) == [
        "the Pod Identity agent on port 80 (TCP)",
        "the VPC endpoints in 10.40.1.0/24 (logs, sts) on port 443 (TCP)",
    ]
    assert accounts_on_aws(aws) == {("vision", "aws")}


def test_node_local_dns_address_of_an_existing_cluster_is_a_target() -> None:
    networks = {it.network for it in dns_targets(ONPREM)}

    assert networks == {"", "169.254.20.10"}
