from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.egress_rules import EgressTarget, reaches

LABELS = {"app": "chat"}
ENDPOINTS = EgressTarget("endpoints", 443, network="10.40.1.0/24")
DNS = EgressTarget(
    "DNS", 53, "UDP", pods=({"kubernetes.io/metadata.name": "kube-system"}, {"k8s-app": "kube-dns"})
)


def policy(*egress: dict[str, Any], selector: dict[str, Any] | None = None, kind: str = "Egress") -> Any:
    return {"spec": {"podSelector": selector or {}, "policyTypes": [kind], "egress": list(egress)}}


def to(cidr: str, *ports: dict[str, Any], besides: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"to": [{"ipBlock": {"cidr": cidr, "except": list(besides)}}], "ports": list(ports)}


EVERY: dict[str, Any] = {}
TCP_443 = {"port": 443, "protocol": "TCP"}


def test_pod_without_egress_policy_reaches_every_address() -> None:
    others = policy(selector={"matchLabels": {"app": "other"}})

    assert reaches([], LABELS, DNS)
    assert reaches([others, policy(kind="Ingress")], LABELS, DNS)
    assert not reaches([policy()], LABELS, DNS)


@pytest.mark.parametrize(
    ("rule", "reached"),
    [
        pytest.param({}, True, id="anything"),
        pytest.param(to("10.40.0.0/16", TCP_443), True, id="a wider range"),
        pytest.param(to("10.40.1.0/25", TCP_443), False, id="half of the range"),
        pytest.param(to("10.40.0.0/16", TCP_443, besides=("10.40.1.128/25",)), False, id="but for a part"),
        pytest.param(to("::/0", TCP_443), False, id="another family"),
        pytest.param(to("10.40.0.0/16", {"port": 443, "protocol": "UDP"}), False, id="another protocol"),
        pytest.param(to("10.40.0.0/16", {"port": 400, "endPort": 500}), True, id="a range of ports"),
        pytest.param(to("10.40.0.0/16", {"port": "https"}), False, id="a named port, of nobody knows what"),
        pytest.param(to("10.40.0.0/16"), True, id="every port"),
        pytest.param({"to": [{"namespaceSelector": EVERY}]}, False, id="pods"),
    ],
)
def test_egress_rule_matches_by_port_and_range(rule: dict[str, Any], reached: bool) -> None:
    assert reaches([policy(rule)], LABELS, ENDPOINTS) is reached


@pytest.mark.parametrize(
    ("peer", "reached"),
    [
        pytest.param({"namespaceSelector": EVERY}, True, id="every namespace"),
        pytest.param({"podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}, False, id="own namespace"),
        pytest.param(
            {
                "namespaceSelector": {
                    "matchExpressions": [
                        {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["kube-system"]}
                    ]
                },
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            },
            True,
            id="these pods",
        ),
        pytest.param(
            {"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "Exists"}]}},
            False,
            id="namespaces with a label",
        ),
        pytest.param(
            {"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}},
            True,
            id="namespaces without a label",
        ),
        pytest.param({"ipBlock": {"cidr": "0.0.0.0/0"}}, False, id="addresses"),
    ],
)
def test_egress_peer_matches_pods_by_namespace_and_labels(peer: dict[str, Any], reached: bool) -> None:
    assert reaches([policy({"to": [peer]})], LABELS, DNS) is reached


def test_peer_without_namespace_selector_is_in_the_namespace_of_the_policy() -> None:
    peer = {"podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}

    assert reaches([policy({"to": [peer]})], LABELS, DNS, own_namespace=True)
