"""A cluster of Amazon EKS, ready for nodes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from gpu_cluster.aws.eks.access import access_entry
from gpu_cluster.aws.eks.bootstrap_addons import BootstrapAddons
from gpu_cluster.aws.eks.control_plane import ControlPlane
from gpu_cluster.aws.eks.hybrid import HybridNodes
from gpu_cluster.aws.eks.kubeconfig import kubeconfig
from gpu_cluster.aws.keys import KeyUsage
from gpu_cluster.capacity import Pool
from gpu_cluster.config.eks import AccessPolicy, EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.exemption import Exemption

_HTTPS = 443


def _only_cluster_admin(stack: Stack, _name: str) -> bool:
    """Exactly one principal is cluster admin: with a second one, both are findings."""
    access = stack.cluster.access if isinstance(stack.cluster, EksSettings) else {}
    return sum(it.policy is AccessPolicy.CLUSTER_ADMIN for it in access.values()) == 1


class EksCluster(pulumi.ComponentResource):
    """EKS control plane with access entries, bootstrap add-ons, and the Kubernetes provider of the stack.

    EksCluster("platform-cluster", settings, pools=pools, vpc_id=network.vpc_id, cidrs=network.cidrs,
               subnets=network.intra, pod_subnets=network.pods, keys=keys.arns, region="eu-central-1",
               protect=True).provider
    """

    EXEMPT: ClassVar = (
        Exemption(
            "68-no-cluster-admin",
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
            "The role that deploys makes namespaces and roles, which no lesser policy of EKS allows.",
            when=_only_cluster_admin,
        ),
    )

    cluster_name: pulumi.Output[str]
    arn: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    authority: pulumi.Output[str]
    """Certificate of the cluster's authority, in base64."""

    service_cidr: pulumi.Output[str]
    """Range of the services' addresses."""

    security_group_id: pulumi.Output[str]
    """Group of the nodes and of the control plane, which lets them talk to each other and out."""

    kubeconfig: pulumi.Output[str]
    """Kubeconfig as JSON, without credentials."""

    provider: k8s.Provider
    bootstrap_addons: list[pulumi.Resource]
    """Resources that exist before any node."""

    hybrid_role: pulumi.Output[str] | None
    """ARN of the role of hybrid nodes, where the stack has remote networks."""

    def __init__(
        self,
        name: str,
        settings: EksSettings,
        *,
        pools: Mapping[str, Pool],
        vpc_id: pulumi.Input[str],
        cidrs: Sequence[str],
        subnets: Mapping[str, pulumi.Input[str]],
        pod_subnets: Mapping[str, pulumi.Input[str]],
        keys: Mapping[KeyUsage, pulumi.Input[str]],
        region: str,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`cidrs`: of the VPC; `subnets`: of the control plane by zone, two at least; `pod_subnets`: of the
        pods by zone, where they have their own."""
        super().__init__("gpu-cluster:index:EksCluster", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        callers = _callers(name, vpc_id, _within(settings, cidrs), child)
        plane = ControlPlane(
            name,
            settings,
            pools=pools,
            subnets=list(subnets.values()),
            security_group=callers.id,
            keys=keys,
            region=region,
            protect=protect,
            opts=child,
        )
        cluster = plane.cluster
        self.cluster_name = cluster.name
        self.arn = cluster.arn
        self.endpoint = cluster.endpoint
        self.authority = cluster.certificate_authority.apply(lambda it: it.data or "")
        self.service_cidr = cluster.kubernetes_network_config.apply(
            lambda it: it.service_ipv6_cidr or it.service_ipv4_cidr or ""
        )
        self.security_group_id = cluster.vpc_config.apply(lambda it: it.cluster_security_group_id or "")
        self.kubeconfig = pulumi.Output.all(cluster.name, self.endpoint, self.authority).apply(
            lambda it: kubeconfig(name=it[0], endpoint=it[1], authority=it[2], region=region)
        )

        entries = [
            access_entry(f"{name}-access-{key}", access, cluster=cluster.name, opts=child)
            for key, access in settings.access.items()
        ]
        self.hybrid_role = None
        if settings.remote_networks:
            self.hybrid_role = HybridNodes(
                f"{name}-hybrid",
                settings.remote_networks,
                cluster=cluster,
                account=settings.account,
                region=region,
                opts=child,
            ).role
        self.bootstrap_addons = [
            BootstrapAddons(
                f"{name}-foundation",
                settings,
                cluster=cluster.name,
                security_group=self.security_group_id,
                pod_subnets=pod_subnets,
                region=region,
                opts=child,
            )
        ]
        self.provider = k8s.Provider(
            f"{name}-kubernetes",
            kubeconfig=self.kubeconfig,
            # Which cluster it is does not depend on how it is reached: a new address replaces nothing in it.
            cluster_identifier=cluster.arn,
            # Changed in place: a replacement would first delete what running pods mount.
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
            # The deployer's access entry is created before the first object and deleted after the last.
            opts=pulumi.ResourceOptions(parent=self, depends_on=entries),
        )
        self.register_outputs({"cluster_name": self.cluster_name, "endpoint": self.endpoint})


def _within(settings: EksSettings, cidrs: Iterable[str]) -> list[str]:
    """Private networks with access to the API server, in addition to its nodes."""
    remote = settings.remote_networks
    sites = [*remote.nodes, *remote.pods] if remote else []
    return sorted({*cidrs, *settings.endpoint.private, *sites})


def _callers(
    name: str, vpc_id: pulumi.Input[str], cidrs: Iterable[str], opts: pulumi.ResourceOptions
) -> aws.ec2.SecurityGroup:
    """Security group that lets networks call the API server. It is not attached to nodes."""
    group = aws.ec2.SecurityGroup(
        f"{name}-callers", vpc_id=vpc_id, description="Callers of the API server", opts=opts
    )
    for cidr in cidrs:
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-caller-{cidr.replace('/', '-')}",
            security_group_id=group.id,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            cidr_ipv6=cidr if ":" in cidr else None,
            cidr_ipv4=None if ":" in cidr else cidr,
            description=f"API server from {cidr}",
            opts=opts,
        )
    return group
