"""NodeLocal DNSCache: whether pods of the platform may reach the resolvers that it runs on nodes."""

from collections.abc import Iterator

from gpu_cluster.config.cluster import NODE_LOCAL_DNS, ExistingCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.api_server import ApiServer, Object
from gpu_cluster_tools.doctor.check import Check, Group

_DNS = Group("cluster")
_NAME = "DNS"
_FLAG = "-localip"
"""Addresses that it listens on: `-localip 169.254.20.10,10.96.0.10` (kubernetes/dns, cmd/node-cache)."""


def dns(stack: Stack, api: ApiServer) -> Iterator[Check]:
    """Fails if pods use a DNS address that the platform's NetworkPolicies block.

    Where kube-proxy works with iptables, it takes over the address of the DNS Service too (Kubernetes
    documentation, tasks/administer-cluster/nodelocaldns, 2026-11-28).
    """
    found = api.items("/apis/apps/v1/daemonsets")
    if found is None:
        yield _DNS.skip(_NAME, "not authorized to list DaemonSets")
        return
    caches = {it["metadata"]["name"]: addresses for it in found if (addresses := _listens_on(it))}
    if not caches:
        yield _DNS.ok(_NAME, "no NodeLocal DNSCache; pods use the DNS pods of kube-system")
        return
    existing = isinstance(stack.cluster, ExistingCluster)
    for name, addresses in caches.items():
        missing = [address for address in addresses if address not in stack.resolvers]
        if not missing:
            yield _DNS.ok(
                _NAME, f"NodeLocal DNSCache {name} listens on {', '.join(addresses)}, all reachable for pods"
            )
        elif existing:
            yield _DNS.fail(
                _NAME,
                f"NodeLocal DNSCache {name} listens on {', '.join(missing)}, blocked for pods",
                f"gpu-cluster:cluster.dns: [{', '.join(dict.fromkeys([*stack.resolvers, *addresses]))}]",
            )
        else:
            # The VPC CNI lets pods reach the Service of pods that they may reach.
            yield _DNS.warn(
                _NAME,
                f"NodeLocal DNSCache {name} also listens on {', '.join(missing)} in addition to "
                f"{NODE_LOCAL_DNS}",
                "no action if this is the address of Service kube-dns; otherwise remove the listen address",
            )


def _listens_on(daemons: Object) -> list[str]:
    """Listen addresses of a NodeLocal DNSCache DaemonSet; none for others."""
    for container in daemons["spec"]["template"]["spec"].get("containers", ()):
        words = [str(it) for it in (*container.get("command", ()), *container.get("args", ()))]
        for index, word in enumerate(words):
            flag, _, value = word.removeprefix("-").partition("=")
            if f"-{flag.removeprefix('-')}" != _FLAG:
                continue
            listed = value or (words[index + 1] if index + 1 < len(words) else "")
            return [address for address in listed.split(",") if address]
    return []
