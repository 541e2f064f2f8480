"""Network policies of a namespace that denies all other traffic."""

from collections.abc import Collection, Iterable, Mapping
from ipaddress import ip_network

from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.networking import v1 as networking

from gpu_cluster.config.cluster import NODE_LOCAL_DNS

# Nodes, pods, services and the site's own network: private, carrier-grade and link-local ranges. The metadata
# services of clouds are among them: 169.254.169.254 and fd00:ec2::254.
_NOT_INTERNET_4 = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]
_NOT_INTERNET_6 = ["fc00::/7", "fe80::/10"]

# Amazon EKS user guide, pod-id-agent-setup, 2026-11-21.
_POD_IDENTITY_AGENT = ["169.254.170.23/32", "fd00:ec2::23/128"]

_NAMESPACE_LABEL = "kubernetes.io/metadata.name"
_EVERY_POD = meta.LabelSelectorArgs()

API_SERVER_PORTS = (443, 6443)
"""Ports of the API server behind its Service, and on its own nodes."""


def deny_all() -> networking.NetworkPolicySpecArgs:
    """No ingress and no egress; allowances add to it."""
    return networking.NetworkPolicySpecArgs(pod_selector=_EVERY_POD, policy_types=["Ingress", "Egress"])


def from_anywhere(port: int) -> networking.NetworkPolicySpecArgs:
    """Ingress on one port from all sources, including nodes, which are in no namespace."""
    return _ingress(networking.NetworkPolicyIngressRuleArgs(ports=[_tcp(port)]))


def from_namespaces(namespaces: Collection[str], *ports: int) -> networking.NetworkPolicySpecArgs:
    """Ingress from pods of these namespaces, on these ports or all."""
    open_ports = [_tcp(port) for port in ports] or None
    return _ingress(networking.NetworkPolicyIngressRuleArgs(from_=[_pods_of(namespaces)], ports=open_ports))


def from_pods(namespace: str, labels: Mapping[str, str], *ports: int) -> networking.NetworkPolicySpecArgs:
    """Ingress on these ports from the pods of one namespace that have these labels."""
    peer = networking.NetworkPolicyPeerArgs(
        namespace_selector=meta.LabelSelectorArgs(match_labels={_NAMESPACE_LABEL: namespace}),
        pod_selector=meta.LabelSelectorArgs(match_labels=labels),
    )
    return _ingress(
        networking.NetworkPolicyIngressRuleArgs(from_=[peer], ports=[_tcp(port) for port in ports])
    )


def among_pods(labels: Mapping[str, str]) -> networking.NetworkPolicySpecArgs:
    """Ingress and egress on all ports between pods with these labels in the namespace."""
    chosen = meta.LabelSelectorArgs(match_labels=labels)
    peers = [networking.NetworkPolicyPeerArgs(pod_selector=chosen)]
    return networking.NetworkPolicySpecArgs(
        pod_selector=chosen,
        policy_types=["Ingress", "Egress"],
        ingress=[networking.NetworkPolicyIngressRuleArgs(from_=peers)],
        egress=[networking.NetworkPolicyEgressRuleArgs(to=peers)],
    )


def to_namespaces(namespaces: Collection[str], *ports: int) -> networking.NetworkPolicySpecArgs:
    """Egress to pods of these namespaces, on these ports or all."""
    open_ports = [_tcp(port) for port in ports] or None
    return _egress(networking.NetworkPolicyEgressRuleArgs(to=[_pods_of(namespaces)], ports=open_ports))


def to_dns(resolvers: Collection[str] = (NODE_LOCAL_DNS,)) -> networking.NetworkPolicySpecArgs:
    """Egress to the DNS pods of the cluster, and to resolvers in the network of the node.

    `resolvers`: addresses of NodeLocal DNSCache, which runs in the network of its node.
    """
    pods = networking.NetworkPolicyPeerArgs(
        namespace_selector=meta.LabelSelectorArgs(match_labels={_NAMESPACE_LABEL: "kube-system"}),
        pod_selector=meta.LabelSelectorArgs(match_labels={"k8s-app": "kube-dns"}),
    )
    udp = networking.NetworkPolicyPortArgs(port=53, protocol="UDP")
    peers = [pods, *_blocks(resolvers)]
    return _egress(networking.NetworkPolicyEgressRuleArgs(to=peers, ports=[udp, _tcp(53)]))


def to_internet(port: int) -> networking.NetworkPolicySpecArgs:
    """Egress on one port to public addresses, not to the cluster, the site or a cloud's metadata service."""
    peers = [
        networking.NetworkPolicyPeerArgs(
            ip_block=networking.IPBlockArgs(cidr="0.0.0.0/0", except_=_NOT_INTERNET_4)
        ),
        networking.NetworkPolicyPeerArgs(
            ip_block=networking.IPBlockArgs(cidr="::/0", except_=_NOT_INTERNET_6)
        ),
    ]
    return _egress(networking.NetworkPolicyEgressRuleArgs(to=peers, ports=[_tcp(port)]))


def to_anywhere(port: int, *, pods: Mapping[str, str] | None = None) -> networking.NetworkPolicySpecArgs:
    """Egress on one port to any address: the API server, and a cloud's endpoints within the network.

    `pods`: labels of the pods that may; all pods of the namespace if None.
    """
    chosen = meta.LabelSelectorArgs(match_labels=pods) if pods else _EVERY_POD
    return _egress(networking.NetworkPolicyEgressRuleArgs(ports=[_tcp(port)]), chosen)


def to_api_server(
    key: str = "api", *, pods: Mapping[str, str] | None = None
) -> dict[str, networking.NetworkPolicySpecArgs]:
    """Egress to the API server, by keys that begin with `key`. `pods`: labels of the pods that may."""
    return {f"{key}-{port}": to_anywhere(port, pods=pods) for port in API_SERVER_PORTS}


def to_networks(cidrs: Iterable[str], port: int) -> networking.NetworkPolicySpecArgs:
    """Egress on one port to these ranges, such as the subnets of interface endpoints."""
    return _egress(networking.NetworkPolicyEgressRuleArgs(to=_blocks(cidrs), ports=[_tcp(port)]))


def to_pod_identity() -> networking.NetworkPolicySpecArgs:
    """Egress to the Pod Identity agent on the node, which provides the credentials of a pod's role."""
    return to_networks(_POD_IDENTITY_AGENT, 80)


def _blocks(cidrs: Iterable[str]) -> list[networking.NetworkPolicyPeerArgs]:
    """An address without a prefix length is a range of one."""
    return [
        networking.NetworkPolicyPeerArgs(ip_block=networking.IPBlockArgs(cidr=str(ip_network(cidr))))
        for cidr in cidrs
    ]


def _pods_of(namespaces: Collection[str]) -> networking.NetworkPolicyPeerArgs:
    wanted = meta.LabelSelectorRequirementArgs(key=_NAMESPACE_LABEL, operator="In", values=sorted(namespaces))
    return networking.NetworkPolicyPeerArgs(
        namespace_selector=meta.LabelSelectorArgs(match_expressions=[wanted])
    )


def _ingress(rule: networking.NetworkPolicyIngressRuleArgs) -> networking.NetworkPolicySpecArgs:
    return networking.NetworkPolicySpecArgs(pod_selector=_EVERY_POD, policy_types=["Ingress"], ingress=[rule])


def _egress(
    rule: networking.NetworkPolicyEgressRuleArgs, pods: meta.LabelSelectorArgs = _EVERY_POD
) -> networking.NetworkPolicySpecArgs:
    return networking.NetworkPolicySpecArgs(pod_selector=pods, policy_types=["Egress"], egress=[rule])


def _tcp(port: int) -> networking.NetworkPolicyPortArgs:
    return networking.NetworkPolicyPortArgs(port=port, protocol="TCP")
