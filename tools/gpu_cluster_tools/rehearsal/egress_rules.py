"""Evaluation of egress network policies of a namespace as Kubernetes defines it.

Source: Kubernetes documentation, concepts/services-networking/network-policies, 2026-11-30: a pod that no
policy of type Egress selects has unrestricted egress; other pods need one rule of one policy that allows it.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (objects are any JSON)

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network

from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import Object

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class EgressTarget:
    """Addresses, or pods of a namespace, on one port."""

    words: str
    port: int
    protocol: str = "TCP"
    network: str = ""
    """Range, all of which has to be reached; empty for pods."""
    pods: tuple[Labels, Labels] | None = None
    """Labels of their namespace, and of the pods themselves; None for addresses."""

    def __str__(self) -> str:
        return f"{self.words} on port {self.port} ({self.protocol})"


def reaches(
    policies: list[Object], labels: Labels, target: EgressTarget, *, own_namespace: bool = False
) -> bool:
    """True if a pod with these labels can open connections to the target.

    `policies` are those of its namespace. `own_namespace` is True if the target's pods are in it too.
    """
    chosen = [
        it["spec"]
        for it in policies
        if "Egress" in it["spec"].get("policyTypes", []) and _selects(it["spec"].get("podSelector"), labels)
    ]
    rules = [rule for spec in chosen for rule in spec.get("egress") or []]
    return not chosen or any(
        _has_port(rule, target) and _has_peer(rule, target, own_namespace=own_namespace) for rule in rules
    )


def _has_port(rule: Object, target: EgressTarget) -> bool:
    ports = rule.get("ports")
    return not ports or any(
        each.get("protocol", "TCP") == target.protocol
        and (
            "port" not in each
            or (
                isinstance(each["port"], int)
                and each["port"] <= target.port <= each.get("endPort", each["port"])
            )
        )
        for each in ports
    )


def _has_peer(rule: Object, target: EgressTarget, *, own_namespace: bool) -> bool:
    peers = rule.get("to")
    return not peers or any(_is_peer(each, target, own_namespace=own_namespace) for each in peers)


def _is_peer(peer: Object, target: EgressTarget, *, own_namespace: bool) -> bool:
    block = peer.get("ipBlock")
    if target.network:
        return block is not None and _holds(block, target.network)
    if block is not None or target.pods is None:
        return False
    namespace, pod = target.pods
    selector = peer.get("namespaceSelector")
    there = own_namespace if selector is None else _selects(selector, namespace)
    return there and _selects(peer.get("podSelector"), pod)


def _holds(block: Object, network: str) -> bool:
    inner, outer = ip_network(network), ip_network(block["cidr"])
    if inner.version != outer.version or not inner.subnet_of(outer):  # pyright: ignore[reportArgumentType]
        return False
    return not any(inner.overlaps(ip_network(each)) for each in block.get("except") or [])


def _selects(selector: Object | None, labels: Labels) -> bool:
    """An empty selector takes all."""
    wanted = (selector or {}).get("matchLabels") or {}
    return wanted.items() <= labels.items() and all(
        _matches(each, labels) for each in (selector or {}).get("matchExpressions") or []
    )


def _matches(expression: Object, labels: Labels) -> bool:
    has, value = expression["key"] in labels, labels.get(expression["key"])
    match expression["operator"]:
        case "In":
            return value in expression["values"]
        case "NotIn":
            return value not in expression["values"]
        case "Exists":
            return has
        case _:
            return not has
