"""`gpu-cluster:cluster` with provider eks: the control plane that AWS runs, and who may use it."""

from enum import StrEnum
from ipaddress import IPv4Network, ip_network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from gpu_cluster.config.addons import Addon
from gpu_cluster.config.cidr import Cidr, as_cidr
from gpu_cluster.config.iam import IamSettings
from gpu_cluster.config.names import Name, Namespace, NonBlank
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.retention import RetentionDays
from gpu_cluster.config.settings import Settings

AccountId = Annotated[str, Pattern(r"\d{12}", 'the 12 digits of an AWS account, such as "123456789012"')]

KubernetesVersion = Annotated[str, Pattern(r"1\.\d{2}", 'a minor version of Kubernetes, such as "1.35"')]

PRINCIPAL = Pattern(
    r"arn:aws:iam::\d{12}:(role|user)/[-\w+=,.@/]+",
    "the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/platform",
)

PrincipalArn = Annotated[str, PRINCIPAL]
"""Who signs in: a role or a user, not a session of it."""

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
"""Ranges that EKS takes (CreateCluster, kubernetesNetworkConfig and remoteNetworkConfig, 2026-11-21)."""


class AccessPolicy(StrEnum):
    """Permissions of a principal, by the names of the EKS access policies."""

    CLUSTER_ADMIN = "cluster-admin"
    ADMIN = "admin"
    EDIT = "edit"
    VIEW = "view"
    ADMIN_VIEW = "admin-view"


class Access(Settings):
    """A principal of the account, and what it may do in the cluster."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"required": ["namespaces"]},
            "then": {"properties": {"policy": {"enum": ["admin", "edit", "view"]}}},
        }
    )

    principal: PrincipalArn
    """ARN of the IAM role or user."""

    policy: AccessPolicy
    """cluster-admin, admin, edit, view or admin-view; the last sees all, secrets too."""

    namespaces: frozenset[Namespace] = frozenset()
    """Namespaces where it may do so; with admin, edit and view only. Default: all."""


class Endpoint(Settings):
    """The networks that reach the API server. `private` is short for those of the VPC alone."""

    private: list[Cidr] = Field(default=[])
    """Other networks that reach it within AWS, by VPN or peering, such as 10.0.0.0/8. Default: none."""

    public: Annotated[list[Cidr], Field(min_length=1)] = Field(default=[])
    """Networks that reach it over the internet, such as 203.0.113.0/24. Default: none."""


def _spelled_out(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if given != "private":
        raise ValueError("expected private, or keys such as public with the networks that may reach it")
    return {}


class ControlPlaneLogs(Settings):
    """Logs of the control plane: calls, audit, sign-ins, controllers and scheduler."""

    retention_days: RetentionDays = 90
    """Days that its logs are kept. Default: 90."""


class RemoteNetworks(Settings):
    """Networks of a site whose own servers join the cluster as hybrid nodes."""

    nodes: Annotated[list[SiteCidr], Field(min_length=1)]
    """Ranges of the servers' addresses."""

    pods: list[SiteCidr] = Field(default=[])
    """Ranges of the addresses of their pods, where the control plane can reach them. Default: none."""

    role: PrincipalArn | None = None
    """Role that the servers take, such as by IAM Roles Anywhere. Default: one for Systems Manager."""


class EksSettings(Settings):
    """A cluster of Amazon EKS with a network and nodes of its own."""

    provider: Literal["eks"]
    """eks: a cluster that the platform makes on AWS."""

    account: AccountId
    """AWS account, 12 digits in quotes; the platform touches no other."""

    version: KubernetesVersion
    """Minor version of Kubernetes, in quotes."""

    support: Literal["standard", "extended"] = "standard"
    """When AWS upgrades by itself: at the end of standard support or of extended. Default: standard."""

    endpoint: Annotated[
        Endpoint, BeforeValidator(_spelled_out, json_schema_input_type=Literal["private"] | Endpoint)
    ] = Endpoint()
    """Who reaches the API server: private, or the networks beyond the VPC. Default: private."""

    access: Annotated[dict[Name, Access], Field(min_length=1)]
    """Who may use the cluster, by a name of your own; the one that deploys is a cluster-admin of these."""

    control_plane_tier: Literal["standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"] = "standard"
    """Size of the control plane; all but standard have a price by the hour. Default: standard."""

    zonal_shift: bool = True
    """Let AWS move traffic away from a zone that is impaired. Default: true."""

    bin_packing: bool = True
    """Fill a node before the next, so that whole GPU nodes fall idle and can go. Default: true."""

    logs: ControlPlaneLogs = ControlPlaneLogs()
    """Logs of the control plane."""

    addons: dict[NonBlank, Addon] = Field(default={})
    """Version by add-on, such as coredns, in place of the catalog's; or any other add-on. Default: none."""

    iam: IamSettings = IamSettings()
    """Permissions boundary and path of IAM roles."""

    ip_family: Literal["ipv4", "ipv6"] = "ipv4"
    """Addresses of pods and services; the cluster is replaced when it changes. Default: ipv4."""

    service_cidr: ServiceCidr = "172.20.0.0/16"
    """Addresses of services with ipv4; the cluster is replaced when it changes. Default: 172.20.0.0/16."""

    remote_networks: RemoteNetworks | None = None
    """Networks of a site whose servers join as hybrid nodes. Default: none."""
