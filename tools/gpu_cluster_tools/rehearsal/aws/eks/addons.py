"""Managed add-ons of clusters."""

import json
import re
import uuid

from gpu_cluster.catalog import ADDON_VERSIONS
from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.eks import pod_identity, records, references
from gpu_cluster_tools.rehearsal.aws.eks.records import ClusterRecord, Document
from gpu_cluster_tools.rehearsal.aws.eks.updates import make_update
from gpu_cluster_tools.rehearsal.aws.router import ApiCall

_NAMESPACES = {
    "vpc-cni": "kube-system",
    "coredns": "kube-system",
    "kube-proxy": "kube-system",
    "eks-pod-identity-agent": "kube-system",
    "aws-ebs-csi-driver": "kube-system",
    "aws-efs-csi-driver": "kube-system",
    "aws-fsx-csi-driver": "kube-system",
    "aws-mountpoint-s3-csi-driver": "kube-system",
    "snapshot-controller": "kube-system",
    "eks-node-monitoring-agent": "kube-system",
    "metrics-server": "kube-system",
    "cert-manager": "cert-manager",
    "external-dns": "external-dns",
    "adot": "opentelemetry-operator-system",
    "amazon-cloudwatch-observability": "amazon-cloudwatch",
    "aws-guardduty-agent": "amazon-guardduty",
    "aws-network-flow-monitoring-agent": "amazon-network-flow-monitor",
    "aws-privateca-connector-for-kubernetes": "aws-privateca-issuer",
    "kube-state-metrics": "kube-state-metrics",
    "prometheus-node-exporter": "prometheus-node-exporter",
}
"""Add-ons and where their pods run. Source: EKS user guide, available add-ons, 2026-08-22."""

_LATEST = "v1.0.0-eksbuild.1"  # version of add-ons that the catalog does not list
_VERSION = re.compile(r"v\d+\.\d+\.\d+(-eksbuild\.\d+)?")

_DEPLOYMENTS = frozenset(
    {
        "coredns",
        "metrics-server",
        "snapshot-controller",
        "aws-ebs-csi-driver",
        "aws-efs-csi-driver",
        "aws-fsx-csi-driver",
    }
)
"""Add-ons with pods of which some have to run somewhere. Their own tolerations are of no pool's taints.

Source: EKS user guide, add-ons and troubleshooting: InsufficientNumberOfReplicas, 2026-08-22.
"""


def create_addon(call: ApiCall) -> Document:
    given = call.parameters
    cluster = records.cluster_of(call.api.region, given["clusterName"])
    name: str = given["addonName"]
    if name not in _NAMESPACES:
        raise ApiError("InvalidParameterException", f"Addon {name} specified is not supported")
    if name in cluster.addons:
        raise ApiError("ResourceInUseException", "Addon already exists.")
    _require(call)
    made: Document = {
        "addonName": name,
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "addonVersion": given.get("addonVersion") or _version_for(cluster, name),
        "health": {"issues": []},
        "addonArn": records.arn(cluster, "addon", name, str(uuid.uuid4())),
        "createdAt": records.now(),
        "modifiedAt": records.now(),
        "tags": dict(given.get("tags", {})),
        "namespaceConfig": {
            "namespace": given.get("namespaceConfig", {}).get("namespace", _NAMESPACES[name])
        },
    }
    addon = made | {
        key: given[key] for key in ("serviceAccountRoleArn", "configurationValues") if key in given
    }
    cluster.addons[name] = addon
    _associate(call, cluster, addon)
    return {"addon": addon | _health(cluster, addon)}


def describe_addon(call: ApiCall) -> Document:
    cluster = records.cluster_of(call.api.region, call.parameters["clusterName"])
    addon = _addon(call)
    return {"addon": addon | _health(cluster, addon)}


def list_addons(call: ApiCall) -> Document:
    return {"addons": sorted(records.cluster_of(call.api.region, call.parameters["clusterName"]).addons)}


def update_addon(call: ApiCall) -> Document:
    addon, given = _addon(call), call.parameters
    _require(call)
    for key in ("addonVersion", "serviceAccountRoleArn", "configurationValues"):
        if key in given:
            addon[key] = given[key]
    if "podIdentityAssociations" in given:
        _associate(call, records.cluster_of(call.api.region, addon["clusterName"]), addon)
    return {"update": make_update(addon, "AddonUpdate", {})}


def delete_addon(call: ApiCall) -> Document:
    addon = _addon(call)
    cluster = records.cluster_of(call.api.region, addon["clusterName"])
    _dissociate(cluster, addon)
    del cluster.addons[addon["addonName"]]
    return {"addon": addon | {"status": "DELETING"}}


def _addon(call: ApiCall) -> Document:
    cluster = records.cluster_of(call.api.region, call.parameters["clusterName"])
    name: str = call.parameters["addonName"]
    if name not in cluster.addons:
        raise ApiError("ResourceNotFoundException", f"No addon: {name} found in cluster: {cluster.name}")
    return cluster.addons[name]


def _version_for(cluster: ClusterRecord, name: str) -> str:
    return ADDON_VERSIONS[cluster.version].get(name, _LATEST)


def _health(cluster: ClusterRecord, addon: Document) -> Document:
    """DEGRADED while no node accepts the add-on's pods."""
    admitted = any(
        group.instances and all(taint["effect"] == "PREFER_NO_SCHEDULE" for taint in group.document["taints"])
        for group in cluster.node_groups.values()
    )
    tolerant = "tolerations" in addon.get("configurationValues", "")
    if admitted or tolerant or addon["addonName"] not in _DEPLOYMENTS:
        return {"status": "ACTIVE", "health": {"issues": []}}
    message = "The add-on is unhealthy because it doesn't have the desired number of replicas."
    issue: Document = {"code": "InsufficientNumberOfReplicas", "message": message, "resourceIds": []}
    return {"status": "DEGRADED", "health": {"issues": [issue]}}


def _require(call: ApiCall) -> None:
    given = call.parameters
    if (version := given.get("addonVersion")) and not _VERSION.fullmatch(version):
        raise ApiError("InvalidParameterException", f"Addon version specified is not supported: {version}")
    if role := given.get("serviceAccountRoleArn"):
        references.require_role(call.api, role, "sts")
    if values := given.get("configurationValues"):
        try:
            json.loads(values)
        except ValueError as error:
            raise ApiError(
                "InvalidParameterException", f"ConfigurationValue is not in JSON format: {error}"
            ) from error


def _associate(call: ApiCall, cluster: ClusterRecord, addon: Document) -> None:
    """Set the add-on's associations to the requested ones, and own them."""
    _dissociate(cluster, addon)
    wanted = call.parameters.get("podIdentityAssociations", [])
    made = [
        pod_identity.associate(
            call.api,
            cluster,
            {"namespace": addon["namespaceConfig"]["namespace"], **each},
            owner=addon["addonArn"],
        )
        for each in wanted
    ]
    addon["podIdentityAssociations"] = [each["associationArn"] for each in made]


def _dissociate(cluster: ClusterRecord, addon: Document) -> None:
    for id, association in list(cluster.identities.items()):
        if association.get("ownerArn") == addon["addonArn"]:
            del cluster.identities[id]
