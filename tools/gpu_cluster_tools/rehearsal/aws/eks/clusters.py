"""Clusters of EKS."""

import uuid
from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.eks import records, references, versions
from gpu_cluster_tools.rehearsal.aws.eks.access import admit_creator
from gpu_cluster_tools.rehearsal.aws.eks.control_plane_logs import keep_logs, logging_of
from gpu_cluster_tools.rehearsal.aws.eks.control_plane_network import (
    changed_network,
    join_network,
    leave_network,
    network_defaults,
    network_of,
)
from gpu_cluster_tools.rehearsal.aws.eks.endpoint import KUBECONFIG, endpoint_of
from gpu_cluster_tools.rehearsal.aws.eks.records import ClusterRecord, Document
from gpu_cluster_tools.rehearsal.aws.eks.updates import make_update
from gpu_cluster_tools.rehearsal.aws.router import ApiCall

_SERVICES = "10.100.0.0/16"
_PLATFORM = "eks.1"
_KEPT = (
    "roleArn",
    "accessConfig",
    "encryptionConfig",
    "upgradePolicy",
    "zonalShiftConfig",
    "remoteNetworkConfig",
    "computeConfig",
    "storageConfig",
    "outpostConfig",
    "deletionProtection",
    "controlPlaneScalingConfig",
    "kubeApiServerConfig",
    "kubeSchedulerConfig",
    "kubeControllerManagerConfig",
)
"""Settings that are returned as given."""

_DEFAULTS: Document = {
    "upgradePolicy": {"supportType": "EXTENDED"},
    "deletionProtection": False,
    "controlPlaneScalingConfig": {"tier": "standard"},
}
_ACCESS = {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True}
_UPDATED = {
    "resourcesVpcConfig": "VpcConfigUpdate",
    "logging": "LoggingUpdate",
    "accessConfig": "AccessConfigUpdate",
    "upgradePolicy": "UpgradePolicyUpdate",
    "zonalShiftConfig": "ZonalShiftConfigUpdate",
    "computeConfig": "AutoModeUpdate",
    "kubernetesNetworkConfig": "AutoModeUpdate",
    "storageConfig": "AutoModeUpdate",
    "remoteNetworkConfig": "RemoteNetworkConfigUpdate",
    "deletionProtection": "DeletionProtectionUpdate",
    "controlPlaneScalingConfig": "ControlPlaneScalingConfigUpdate",
    "kubeApiServerConfig": "ControlPlaneComponentConfigUpdate",
    "kubeSchedulerConfig": "ControlPlaneComponentConfigUpdate",
    "kubeControllerManagerConfig": "ControlPlaneComponentConfigUpdate",
}
"""Settings that can change, and EKS's name of the update; a call makes one type of update."""


def create_cluster(call: ApiCall) -> Document:
    given, api = call.parameters, call.api
    name: str = given["name"]
    if name in records.clusters_in(api.region):
        raise ApiError("ResourceInUseException", f"Cluster already exists with name: {name}")
    _require_api_server()
    version = given.get("version", versions.NEWEST)
    versions.require_offered(version)
    references.require_role(api, given["roleArn"], "eks.amazonaws.com")
    for each in given.get("encryptionConfig", []):
        references.require_key(api, each["provider"]["keyArn"])
    subnets, groups = network_of(api, given["resourcesVpcConfig"])
    document = _described(call, version)
    interfaces = join_network(api, document, subnets, groups)
    cluster = ClusterRecord(
        document,
        creator=call.principal,
        interfaces=interfaces,
        self_managed_addons=given.get("bootstrapSelfManagedAddons", True),
    )
    admit_creator(cluster)
    records.add(api.region, cluster)
    keep_logs(api, document)
    return _answer(cluster)


def describe_cluster(call: ApiCall) -> Document:
    return _answer(_cluster(call))


def list_clusters(call: ApiCall) -> Document:
    return {"clusters": sorted(records.clusters_in(call.api.region))}


def update_config(call: ApiCall) -> Document:
    cluster = _cluster(call)
    given = {name: value for name, value in call.parameters.items() if name in _UPDATED}
    kinds = {_UPDATED[name] for name in given}
    if len(kinds) != 1:
        raise ApiError("InvalidParameterException", "Only one type of cluster update can be allowed")
    changes = {
        name: _CHANGES.get(name, _replaced)(call.api, cluster, name, value) for name, value in given.items()
    }
    same = all(cluster.document.get(name) == value for name, value in changes.items())
    if same:
        raise ApiError("InvalidParameterException", "Cluster is already at the desired configuration")
    cluster.document |= changes
    keep_logs(call.api, cluster.document)
    return {"update": make_update(cluster.document, kinds.pop(), given)}


def update_version(call: ApiCall) -> Document:
    cluster, version = _cluster(call), call.parameters["version"]
    versions.require_step(cluster.version, version)
    for group in cluster.node_groups.values():
        versions.require_skew(version, group.document["version"])
    cluster.document["version"] = version
    return {"update": make_update(cluster.document, "VersionUpdate", {"version": version})}


def delete_cluster(call: ApiCall) -> Document:
    cluster = _cluster(call)
    if cluster.document["deletionProtection"]:
        raise ApiError(
            "InvalidRequestException",
            f"Cluster {cluster.name} has deletion protection enabled: turn it off before deleting it",
        )
    if cluster.node_groups:
        raise ApiError("ResourceInUseException", "Cluster has nodegroups attached")
    leave_network(call.api, cluster)
    records.remove(call.api.region, cluster.name)
    return {"cluster": cluster.document | {"status": "DELETING"}}


def _require_api_server() -> None:
    """Require a free API server: each rehearsal has one, for one cluster."""
    if KUBECONFIG.exists() and (others := records.clusters()):
        raise ApiError(
            "ResourceLimitExceededException",
            f"cluster {others[0][1].name} has the one API server of this rehearsal; there can be no second",
        )


def _cluster(call: ApiCall) -> ClusterRecord:
    return records.cluster_of(call.api.region, call.parameters["name"])


def _answer(cluster: ClusterRecord) -> Document:
    return {"cluster": cluster.document | endpoint_of(cluster.document)}


def _described(call: ApiCall, version: str) -> Document:
    given, region = call.parameters, call.api.region
    account = call.api.call("sts", "GetCallerIdentity")["Account"]
    id = uuid.uuid4().hex.upper()
    kept = {name: given[name] for name in _KEPT if name in given}
    return (
        _DEFAULTS
        | kept
        | {
            "name": given["name"],
            "arn": f"arn:aws:eks:{region}:{account}:cluster/{given['name']}",
            "createdAt": records.now(),
            "version": version,
            "platformVersion": _PLATFORM,
            "status": "ACTIVE",
            "identity": {"oidc": {"issuer": f"https://oidc.eks.{region}.amazonaws.com/id/{id}"}},
            "resourcesVpcConfig": network_defaults(given["resourcesVpcConfig"]),
            "kubernetesNetworkConfig": _address_families(given.get("kubernetesNetworkConfig", {})),
            "accessConfig": _ACCESS | given.get("accessConfig", {}),
            "logging": logging_of(given.get("logging", {})),
            "tags": dict(given.get("tags", {})),
        }
    )


def _address_families(given: Document) -> Document:
    if given.get("ipFamily") == "ipv6":
        return {"serviceIpv6Cidr": "fd00:10:100::/108"} | given
    return {"ipFamily": "ipv4", "serviceIpv4Cidr": _SERVICES} | given


def _replaced(_api: Api, _cluster: ClusterRecord, _name: str, value: Any) -> Any:
    return value


def _changed_logging(_api: Api, cluster: ClusterRecord, _name: str, value: Document) -> Document:
    return logging_of(value, cluster.document["logging"])


def _changed_access(_api: Api, cluster: ClusterRecord, _name: str, value: Document) -> Document:
    """Change the authentication mode: only from aws-auth to access entries."""
    order = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
    before, after = cluster.document["accessConfig"]["authenticationMode"], value.get("authenticationMode")
    if after and order.index(after) < order.index(before):
        raise ApiError(
            "InvalidParameterException",
            f"Unsupported authentication mode update from {before} to {after}",
        )
    return cluster.document["accessConfig"] | value


def _changed_families(_api: Api, cluster: ClusterRecord, _name: str, value: Document) -> Document:
    return cluster.document["kubernetesNetworkConfig"] | value


_CHANGES = {
    "resourcesVpcConfig": changed_network,
    "logging": _changed_logging,
    "accessConfig": _changed_access,
    "kubernetesNetworkConfig": _changed_families,
}
