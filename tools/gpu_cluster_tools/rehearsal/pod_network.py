"""Destinations that pods need and that network policies in a rehearsal must allow.

Simulated nodes have no network traffic, so the policies are evaluated. Pods with access to the DNS pods also
need NodeLocal DNSCache, which answers instead if a cluster has it; others, such as exporters, resolve no
names by design. Service accounts with an AWS role need both, the Pod Identity agent, and the interface
endpoints of the VPC, whose private DNS names resolve to addresses in the VPC.
"""

from collections.abc import Collection, Iterator, Sequence

from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient, Object
from gpu_cluster_tools.rehearsal.egress_rules import EgressTarget, Labels, reaches

_DNS_PODS = ({"kubernetes.io/metadata.name": "kube-system"}, {"k8s-app": "kube-dns"})
_POD_IDENTITY_AGENT = "169.254.170.23/32"  # Amazon EKS user guide, pod-id-agent-setup, 2026-11-21


def dns_targets(stack: Stack) -> list[EgressTarget]:
    """The DNS pods, and NodeLocal DNSCache, which a cluster may have."""
    protocols = ("UDP", "TCP")
    pods = [EgressTarget("the DNS pods of the cluster", 53, it, pods=_DNS_PODS) for it in protocols]
    return pods + [
        EgressTarget(f"NodeLocal DNSCache at {address}", 53, protocol, network=address)
        for address in stack.resolvers
        for protocol in protocols
    ]


def aws_targets(aws: Api) -> list[EgressTarget]:
    """The agent of Pod Identity, and the subnets of interface endpoints that have private names."""
    found = aws.call("ec2", "DescribeVpcEndpoints")["VpcEndpoints"]
    private = [it for it in found if it["VpcEndpointType"] == "Interface" and it.get("PrivateDnsEnabled")]
    subnets: dict[str, list[str]] = {}
    for endpoint in private:
        for subnet in endpoint["SubnetIds"]:
            subnets.setdefault(subnet, []).append(endpoint["ServiceName"].rpartition(".")[2])
    targets = [EgressTarget("the Pod Identity agent", 80, network=_POD_IDENTITY_AGENT)]
    if not subnets:
        return targets
    listed = aws.call("ec2", "DescribeSubnets", SubnetIds=sorted(subnets))["Subnets"]
    return targets + [
        EgressTarget(
            f"the VPC endpoints in {it['CidrBlock']} ({', '.join(sorted(subnets[it['SubnetId']]))})",
            443,
            network=it["CidrBlock"],
        )
        for it in listed
    ]


def accounts_on_aws(aws: Api) -> set[tuple[str, str]]:
    """Namespace and name of the service accounts that have a role."""
    return {
        (it["namespace"], it["serviceAccount"])
        for cluster in aws.call("eks", "ListClusters")["clusters"]
        for it in aws.call("eks", "ListPodIdentityAssociations", clusterName=cluster)["associations"]
    }


def unreached(
    api: DynamicClient,
    dns: Sequence[EgressTarget],
    aws: Sequence[EgressTarget] = (),
    accounts: Collection[tuple[str, str]] = (),
) -> list[str]:
    """Required connections that network policies block, one line for each kind of pod.

    `aws`: targets of the service accounts `accounts`. Of an account without pods any pod counts.
    """
    policies: dict[str, list[Object]] = {}
    for policy in api.items("/apis/networking.k8s.io/v1/networkpolicies"):
        policies.setdefault(policy["metadata"]["namespace"], []).append(policy)
    found: dict[str, None] = {}
    for namespace, account, labels, words in _pods(api, accounts):
        on_aws, own = (namespace, account) in accounts, policies.get(namespace, [])
        inside = namespace == "kube-system"
        missing = {it: not reaches(own, labels, it, own_namespace=inside) for it in (*dns, *aws)}
        asks = any(it.pods and not missing[it] for it in dns)
        for target in (*(dns if asks or on_aws else ()), *(aws if on_aws else ())):
            if missing[target]:
                found[f"{words}: no network policy allows egress to {target}"] = None
    return list(found)


def _pods(
    api: DynamicClient, accounts: Collection[tuple[str, str]]
) -> Iterator[tuple[str, str, Labels, str]]:
    """Namespace, service account, labels and words."""
    alone = set(accounts)
    for pod in api.items("/api/v1/pods"):
        if pod["spec"].get("hostNetwork"):
            continue
        meta = pod["metadata"]
        owner = next(iter(meta.get("ownerReferences", [])), {"kind": "Pod", "name": meta["name"]})
        words = f"pods of {owner['kind']} {meta['namespace']}/{owner['name']}"
        account = pod["spec"].get("serviceAccountName", "")
        alone.discard((meta["namespace"], account))
        yield meta["namespace"], account, meta.get("labels", {}), words
    for namespace, account in sorted(alone):
        yield namespace, account, {}, f"pods of service account {namespace}/{account}"
