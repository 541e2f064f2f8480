"""Add-ons that a node needs before it is ready: addresses for pods, routes to services, roles for pods."""

from collections.abc import Mapping
from typing import Any

import pulumi

from gpu_cluster.aws.eks.managed_addon import managed_addon
from gpu_cluster.aws.identity import PodIdentity, managed_policy, policy_document
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.partition import partition_of

_NAMESPACE = "kube-system"


class BootstrapAddons(pulumi.ComponentResource):
    """Add-ons required before nodes: VPC CNI with its IAM role, kube-proxy and the Pod Identity agent.

    Nodes that start without them never get ready, and their group fails.
    """

    def __init__(
        self,
        name: str,
        settings: EksSettings,
        *,
        cluster: pulumi.Input[str],
        security_group: pulumi.Input[str],
        pod_subnets: Mapping[str, pulumi.Input[str]],
        region: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`pod_subnets`: subnets of pods by zone, if pods have their own; `security_group`: group of these
        pods."""
        super().__init__("gpu-cluster:index:Foundation", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        identity = PodIdentity(
            f"{name}-vpc-cni-identity",
            cluster=cluster,
            namespace=_NAMESPACE,
            service_account="aws-node",
            policies={"ipv6": _ipv6_addresses(region)} if settings.ip_family == "ipv6" else {},
            managed=[managed_policy("AmazonEKS_CNI_Policy", region)] if settings.ip_family == "ipv4" else [],
            opts=child,
        )
        managed_addon(
            name,
            "vpc-cni",
            settings,
            cluster=cluster,
            values=_networking(pod_subnets, security_group, region),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[identity]),
        )
        managed_addon(name, "kube-proxy", settings, cluster=cluster, opts=child)
        managed_addon(
            name,
            "eks-pod-identity-agent",
            settings,
            cluster=cluster,
            values={"daemonsets": {"hybrid": {"create": True}}} if settings.remote_networks else None,
            opts=child,
        )
        self.register_outputs({})


def _networking(
    pod_subnets: Mapping[str, pulumi.Input[str]], security_group: pulumi.Input[str], region: str
) -> dict[str, Any]:
    """Configuration of the VPC CNI. It enforces NetworkPolicies everywhere.

    If pods have their own subnets, the first interface of a node has no pod addresses. The other interfaces
    then get prefixes of 16 addresses, so a node runs as many pods as before.
    """
    values: dict[str, Any] = {"enableNetworkPolicy": "true"}
    if pod_subnets:
        values["env"] = {
            "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true",
            "ENABLE_PREFIX_DELEGATION": "true",
            "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone",
        }
        values["eniConfig"] = {
            "create": True,
            "region": region,
            "subnets": {
                zone: {"id": subnet, "securityGroups": [security_group]}
                for zone, subnet in pod_subnets.items()
            },
        }
    return values


def _ipv6_addresses(region: str) -> pulumi.Output[str]:
    """AWS has no managed policy for this (Amazon EKS user guide, VPC CNI with IPv6, 2024-12-18)."""
    return policy_document(
        {
            "Effect": "Allow",
            "Action": [
                "ec2:AssignIpv6Addresses",
                "ec2:DescribeInstances",
                "ec2:DescribeTags",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeInstanceTypes",
            ],
            "Resource": "*",
        },
        {
            "Effect": "Allow",
            "Action": "ec2:CreateTags",
            "Resource": f"arn:{partition_of(region)}:ec2:*:*:network-interface/*",
        },
    )
