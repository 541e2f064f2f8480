"""`gpu-cluster:cluster` with provider eks: the EKS control plane and its access entries."""

from enum import StrEnum
from ipaddress import IPv4Network, ip_network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from gpu_cluster.config.addons import Addon
from gpu_cluster.config.cidr import Cidr, as_cidr
from gpu_cluster.config.iam import IamSettings
from gpu_cluster.config.names import Name, Namespace, NonBlank
from gpu_cluster.config.partition import ARN
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.retention import RetentionDays
from gpu_cluster.config.section import Settings

AccountId = Annotated[str, Pattern(r"\d{12}", 'the 12 digits of an AWS account, such as "123456789012"')]

KubernetesVersion = Annotated[str, Pattern(r"1\.\d{2}", 'a minor version of Kubernetes, such as "1.35"')]

PRINCIPAL = Pattern(
    rf"{ARN}:iam::\d{{12}}:(role|user)/[-\w+=,.@/]+",
    "the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/platform",
)

PrincipalArn = Annotated[str, PRINCIPAL]
"""ARN of an IAM role or user, not of a session."""

_MANAGED_BY_AWS = ("role/aws-reserved/", "role/aws-service-role/")


def is_managed_by_aws(principal: str) -> bool:
    """True for a role that only AWS can change: of IAM Identity Center, or linked to a service.

    IAM answers AttachRolePolicy with UnmodifiableEntity. Their paths: IAM Identity Center user guide,
    "Referencing permission sets in resource policies, Amazon EKS Cluster config maps, and KMS key policies";
    IAM user guide, "Create a service-linked role"; 2026-11-30.
    """
    return principal.rpartition(":")[2].startswith(_MANAGED_BY_AWS)


_PRIVATE = [IPv4Network(it) for it in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
_LARGEST, _SMALLEST = 12, 24


def _within(given: str) -> str:
    network = ip_network(given)
    if not isinstance(network, IPv4Network) or not any(network.subnet_of(it) for it in _PRIVATE):
        raise ValueError("expected a range within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
    return given


def _of_services(given: str) -> str:
    if not _LARGEST <= ip_network(given).prefixlen <= _SMALLEST:
        raise ValueError(f"expected a range from /{_LARGEST} to /{_SMALLEST}")
    return given


_AS_PRIVATE = r"(10|172\.(1[6-9]|2[0-9]|3[01])|192\.168)\.[0-9.]+"
SiteCidr = Annotated[Cidr, AfterValidator(_within), as_cidr(rf"{_AS_PRIVATE}/[0-9]{{1,2}}")]
ServiceCidr = Annotated[SiteCidr, AfterValidator(_of_services), as_cidr(rf"{_AS_PRIVATE}/(1[2-9]|2[0-4])")]
"""CIDR ranges that EKS accepts (CreateCluster, kubernetesNetworkConfig, remoteNetworkConfig, 2026-11-21)."""


class AccessPolicy(StrEnum):
    """EKS access policy of a principal."""

    CLUSTER_ADMIN = "cluster-admin"
    ADMIN = "admin"
    EDIT = "edit"
    VIEW = "view"
    ADMIN_VIEW = "admin-view"


class Access(Settings):
    """Access entry: an IAM principal and its permissions in the cluster."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"required": ["namespaces"]},
            "then": {"properties": {"policy": {"enum": ["admin", "edit", "view"]}}},
        }
    )

    principal: PrincipalArn
    """ARN of the IAM role or user."""

    policy: AccessPolicy
    """EKS access policy; admin-view reads all resources, including secrets."""

    namespaces: frozenset[Namespace] = frozenset()
    """Namespaces of the policy; only with admin, edit and view. Default: all."""


class Endpoint(Settings):
    """Networks that can reach the API server. `private` is short for the VPC only."""

    private: list[Cidr] = Field(default=[])
    """Private CIDR ranges with access by VPN or peering, such as 10.0.0.0/8. Default: none."""

    public: Annotated[list[Cidr], Field(min_length=1)] = Field(default=[])
    """Public CIDR ranges with access over the internet, such as 203.0.113.0/24. Default: none."""


def _spelled_out(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if given != "private":
        raise ValueError("expected private, or keys such as public with the networks that may reach it")
    return {}


class ControlPlaneLogs(Settings):
    """Control-plane logs: api, audit, authenticator, controllerManager and scheduler."""

    retention_days: RetentionDays = 90
    """Log retention, in days. Default: 90."""


class RemoteNetworks(Settings):
    """Networks of an on-premises site whose servers join as EKS hybrid nodes."""

    nodes: Annotated[list[SiteCidr], Field(min_length=1)]
    """CIDR ranges of the hybrid nodes."""

    pods: list[SiteCidr] = Field(default=[])
    """CIDR ranges of pods on hybrid nodes, if the control plane can reach them. Default: none."""

    role: PrincipalArn | None = None
    """IAM role of the servers, such as for IAM Roles Anywhere. Default: a role for Systems Manager."""


class EksSettings(Settings):
    """Amazon EKS cluster with its VPC and nodes."""

    provider: Literal["eks"]
    """eks: an Amazon EKS cluster that the platform creates."""

    account: AccountId
    """AWS account ID, 12 digits in quotes; deployments to any other account are refused."""

    version: KubernetesVersion
    """Minor version of Kubernetes, in quotes."""

    support: Literal["standard", "extended"] = "standard"
    """EKS support policy: AWS upgrades at the end of standard or extended support. Default: standard."""

    endpoint: Annotated[
        Endpoint, BeforeValidator(_spelled_out, json_schema_input_type=Literal["private"] | Endpoint)
    ] = Endpoint()
    """Access to the API server: private (VPC only), or further networks. Default: private."""

    access: Annotated[dict[Name, Access], Field(min_length=1)]
    """Access entries by a name of your choice; the deploying principal must be a cluster-admin."""

    control_plane_tier: Literal["standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"] = "standard"
    """Control-plane scaling tier; all but standard are billed per hour. Default: standard."""

    zonal_shift: bool = True
    """Enable ARC zonal shift away from an impaired zone. Default: true."""

    bin_packing: bool = True
    """Bin-pack pods, so that idle GPU nodes can be removed. Default: true."""

    logs: ControlPlaneLogs = ControlPlaneLogs()
    """Control-plane logs."""

    addons: dict[NonBlank, Addon] = Field(default={})
    """EKS add-ons by name, such as coredns: override the catalog, or add others. Default: none."""

    iam: IamSettings = IamSettings()
    """Permissions boundary and path of IAM roles."""

    ip_family: Literal["ipv4", "ipv6"] = "ipv4"
    """IP family of pods and services; a change replaces the cluster. Default: ipv4."""

    service_cidr: ServiceCidr = "172.20.0.0/16"
    """CIDR range of services, with ipv4; a change replaces the cluster. Default: 172.20.0.0/16."""

    remote_networks: RemoteNetworks | None = None
    """Networks of EKS hybrid nodes. Default: none."""
