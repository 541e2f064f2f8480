"""EKS control plane: its configuration, its IAM role and its logs."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.identity import managed_policy, policy_document
from gpu_cluster.aws.keys import KeyUsage
from gpu_cluster.capacity import GPU_RESOURCE, Pool
from gpu_cluster.config.eks import EksSettings

_LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
_EVENLY = {"cpu": 1, "memory": 1}
_OF_GPUS = 5
"""Weights of resources, up to 100."""
_LONGEST_STACK = 30
"""Characters of the stack's name in that of the role, which has at most 64 with the suffix."""


class ControlPlane(pulumi.ComponentResource):
    """EKS control plane with its IAM role and log group.

    The cluster has the name that the engine gave to its role. The log group, whose name contains that of the
    cluster, is therefore created first, with its key and retention. A change that replaces the cluster also
    replaces the role, so the new cluster has another name.
    """

    cluster: aws.eks.Cluster

    def __init__(
        self,
        name: str,
        settings: EksSettings,
        *,
        pools: Mapping[str, Pool],
        subnets: Sequence[pulumi.Input[str]],
        security_group: pulumi.Input[str],
        keys: Mapping[KeyUsage, pulumi.Input[str]],
        region: str,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("gpu-cluster:index:ControlPlane", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        role = aws.iam.Role(
            f"{name}-{pulumi.get_stack()[:_LONGEST_STACK]}",
            description="Control plane of EKS",
            assume_role_policy=policy_document(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "eks.amazonaws.com"},
                    "Action": ["sts:AssumeRole", "sts:TagSession"],
                }
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=protect,
                replacement_trigger=[settings.ip_family, settings.service_cidr, keys[KeyUsage.CLUSTER]],
            ),
        )
        # Without its policies it could not remove its network interfaces when the cluster goes.
        allowed = [
            aws.iam.RolePolicyAttachment(
                f"{name}-policy",
                role=role.name,
                policy_arn=managed_policy("AmazonEKSClusterPolicy", region),
                opts=child,
            ),
            aws.iam.RolePolicy(
                f"{name}-secrets", role=role.name, policy=_uses(keys[KeyUsage.CLUSTER]), opts=child
            ),
        ]
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=pulumi.Output.concat("/aws/eks/", role.name, "/cluster"),
            retention_in_days=settings.logs.retention_days,
            kms_key_id=keys[KeyUsage.LOGS],
            opts=pulumi.ResourceOptions(parent=self, protect=protect, retain_on_delete=protect),
        )

        self.cluster = aws.eks.Cluster(
            name,
            name=role.name,
            role_arn=role.arn,
            version=settings.version,
            vpc_config=_reached(settings, subnets, security_group),
            access_config=aws.eks.ClusterAccessConfigArgs(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            bootstrap_self_managed_addons=False,
            kubernetes_network_config=_addresses(settings),
            remote_network_config=_remote(settings),
            encryption_config=aws.eks.ClusterEncryptionConfigArgs(
                resources=["secrets"],
                provider=aws.eks.ClusterEncryptionConfigProviderArgs(key_arn=keys[KeyUsage.CLUSTER]),
            ),
            enabled_cluster_log_types=_LOGS,
            kube_scheduler_config=_packed(pools) if settings.bin_packing else _spread(),
            control_plane_scaling_config=aws.eks.ClusterControlPlaneScalingConfigArgs(
                tier=settings.control_plane_tier
            ),
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type=settings.support.upper()),
            zonal_shift_config=aws.eks.ClusterZonalShiftConfigArgs(enabled=settings.zonal_shift),
            deletion_protection=protect,
            opts=pulumi.ResourceOptions(parent=self, protect=protect, depends_on=[*allowed, logs]),
        )
        self.register_outputs({"cluster": self.cluster.name})


def _uses(key: pulumi.Input[str]) -> pulumi.Output[str]:
    return policy_document(
        {
            "Effect": "Allow",
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:ListGrants"],
            "Resource": key,
        }
    )


def _reached(
    settings: EksSettings, subnets: Sequence[pulumi.Input[str]], security_group: pulumi.Input[str]
) -> aws.eks.ClusterVpcConfigArgs:
    """Private access for nodes, and public access only from listed networks."""
    public = sorted(set(settings.endpoint.public))
    return aws.eks.ClusterVpcConfigArgs(
        subnet_ids=subnets,
        security_group_ids=[security_group],
        endpoint_private_access=True,
        endpoint_public_access=bool(public),
        public_access_cidrs=public or None,
    )


def _addresses(settings: EksSettings) -> aws.eks.ClusterKubernetesNetworkConfigArgs:
    """Network settings of services; with ipv6, AWS chooses the range."""
    return aws.eks.ClusterKubernetesNetworkConfigArgs(
        ip_family=settings.ip_family,
        service_ipv4_cidr=settings.service_cidr if settings.ip_family == "ipv4" else None,
    )


def _remote(settings: EksSettings) -> aws.eks.ClusterRemoteNetworkConfigArgs | None:
    remote = settings.remote_networks
    if remote is None:
        return None
    return aws.eks.ClusterRemoteNetworkConfigArgs(
        remote_node_networks=aws.eks.ClusterRemoteNetworkConfigRemoteNodeNetworksArgs(cidrs=remote.nodes),
        remote_pod_networks=aws.eks.ClusterRemoteNetworkConfigRemotePodNetworksArgs(cidrs=remote.pods)
        if remote.pods
        else None,
    )


def _packed(pools: Mapping[str, Pool]) -> aws.eks.ClusterKubeSchedulerConfigArgs:
    """Bin packing: prefer the fullest node, with GPUs weighted more than CPU and memory."""
    gpus = {GPU_RESOURCE, *(resource for pool in pools.values() for resource in pool.extended)}
    return _scored("MostAllocated", _EVENLY | dict.fromkeys(sorted(gpus), _OF_GPUS))


def _spread() -> aws.eks.ClusterKubeSchedulerConfigArgs:
    """The default of Kubernetes, set explicitly: EKS keeps the former value of a setting that is no longer
    sent."""
    return _scored("LeastAllocated", _EVENLY)


def _scored(strategy: str, weights: Mapping[str, int]) -> aws.eks.ClusterKubeSchedulerConfigArgs:
    return aws.eks.ClusterKubeSchedulerConfigArgs(
        node_resources_fit=aws.eks.ClusterKubeSchedulerConfigNodeResourcesFitArgs(
            scoring_strategy=aws.eks.ClusterKubeSchedulerConfigNodeResourcesFitScoringStrategyArgs(
                type=strategy,
                resources=[
                    aws.eks.ClusterKubeSchedulerConfigNodeResourcesFitScoringStrategyResourceArgs(
                        name=resource, weight=weight
                    )
                    for resource, weight in weights.items()
                ],
            )
        )
    )
