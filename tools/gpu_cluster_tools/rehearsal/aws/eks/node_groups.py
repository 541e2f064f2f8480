"""Managed node groups."""

import uuid
from typing import Any

from gpu_cluster.catalog import AL2023_RELEASES, ami_type
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.eks import instances, node_group_checks, records, references
from gpu_cluster_tools.rehearsal.aws.eks.access import admit_nodes
from gpu_cluster_tools.rehearsal.aws.eks.endpoint import KUBECONFIG
from gpu_cluster_tools.rehearsal.aws.eks.node_group_record import NodeGroupRecord
from gpu_cluster_tools.rehearsal.aws.eks.node_group_rollout import Rollout
from gpu_cluster_tools.rehearsal.aws.eks.records import ClusterRecord, Document
from gpu_cluster_tools.rehearsal.aws.eks.updates import make_update
from gpu_cluster_tools.rehearsal.aws.router import ApiCall
from gpu_cluster_tools.rehearsal.simulated_nodes.instance_types import instance_types

_TYPES = ["t3.medium"]
_DISK_GIB = 20
_KEPT = ("labels", "taints", "remoteAccess", "nodeRepairConfig", "warmPoolConfig")
_VERSIONED = ("version", "releaseVersion", "launchTemplate")
_MOST_INSTANCES = 450
"""Nodes in a node group. Source: EKS service quotas, 2026-08-22."""


def create_node_group(call: ApiCall) -> Document:
    given, api = call.parameters, call.api
    cluster = records.cluster_of(api.region, given["clusterName"])
    name: str = given["nodegroupName"]
    if name in cluster.node_groups:
        raise ApiError(
            "ResourceInUseException",
            f"NodeGroup already exists with name {name} and cluster name {cluster.name}",
        )
    chosen, template = _template(api, given.get("launchTemplate"))
    document = _described(cluster, dict(given), template) | ({"launchTemplate": chosen} if chosen else {})
    _require(call, cluster, document, template)
    group = NodeGroupRecord(document, template)
    instances.make_scaling_group(api, cluster, group)
    admit_nodes(cluster, given["nodeRole"])
    cluster.node_groups[name] = group
    Rollout(api, cluster, group).begin("CREATING", Rollout.create)
    return {"nodegroup": document}


def describe_node_group(call: ApiCall) -> Document:
    return {"nodegroup": _group(call)[1].document}


def list_node_groups(call: ApiCall) -> Document:
    return {
        "nodegroups": sorted(records.cluster_of(call.api.region, call.parameters["clusterName"]).node_groups)
    }


def update_config(call: ApiCall) -> Document:
    cluster, group = _group(call)
    _require_idle(group)
    given, document = call.parameters, group.document
    if scaling := given.get("scalingConfig"):
        merged = document["scalingConfig"] | scaling
        node_group_checks.require_scaling(merged)
        document["scalingConfig"] = merged
    for name in ("nodeRepairConfig", "warmPoolConfig"):
        if name in given:
            document[name] = given[name]
    if "updateConfig" in given:
        strategy = {k: v for k, v in document["updateConfig"].items() if k == "updateStrategy"}
        document["updateConfig"] = strategy | given["updateConfig"]
    document["labels"] = _relabelled(document["labels"], given.get("labels", {}))
    document["taints"] = _retainted(document["taints"], given.get("taints", {}))
    changed = {name: given[name] for name in given if name in document}
    update = make_update(document, "ConfigUpdate", changed, status="InProgress")
    gone = given.get("labels", {}).get("removeLabels", [])
    Rollout(call.api, cluster, group).begin("UPDATING", lambda it: it.reconfigure(gone), update)
    return {"update": update}


def update_version(call: ApiCall) -> Document:
    """Update all nodes to another release, version or launch template version."""
    cluster, group = _group(call)
    _require_idle(group)
    before = {name: group.document[name] for name in _VERSIONED if name in group.document}
    chosen, template = _chosen_template(call, group)
    group.document |= chosen | _chosen_release(call, cluster, group)
    group.template = template
    version = {"Version": group.document["version"]}
    update = make_update(group.document, "VersionUpdate", version, status="InProgress")
    force = bool(call.parameters.get("force"))
    Rollout(call.api, cluster, group).begin("UPDATING", lambda it: it.replace(force=force), update, before)
    return {"update": update}


def delete_node_group(call: ApiCall) -> Document:
    cluster, group = _group(call)
    if group.document["status"] == "DELETING":
        raise ApiError("ResourceInUseException", f"Nodegroup {group.name} is being deleted already")
    Rollout(call.api, cluster, group).begin("DELETING", Rollout.delete)
    return {"nodegroup": group.document}


def _chosen_template(call: ApiCall, group: NodeGroupRecord) -> tuple[Document, Document]:
    """Requested version of the launch template and its data; the current one by default."""
    wanted = call.parameters.get("launchTemplate")
    if not wanted:
        return {}, group.template
    chosen, data = _template(call.api, wanted)
    if chosen["id"] != group.document.get("launchTemplate", {}).get("id"):
        raise ApiError("InvalidRequestException", "You cannot change the launch template of a node group")
    return {"launchTemplate": chosen}, data


def _chosen_release(call: ApiCall, cluster: ClusterRecord, group: NodeGroupRecord) -> Document:
    """Requested version and release; another version implies another release."""
    given, document = call.parameters, group.document
    if document["amiType"] == "CUSTOM":
        return {}
    version = given.get("version", document["version"])
    node_group_checks.require_versions(cluster, version)
    node_group_checks.require_release(version, given.get("releaseVersion"), document["amiType"])
    present = document["releaseVersion"] if version == document["version"] else AL2023_RELEASES[version]
    return {"version": version, "releaseVersion": given.get("releaseVersion", present)}


def _require_idle(group: NodeGroupRecord) -> None:
    if group.document["status"] not in ("ACTIVE", "DEGRADED"):
        raise ApiError(
            "ResourceInUseException",
            f"Nodegroup cannot be updated as it is currently not in Active State: {group.document['status']}",
        )


def _group(call: ApiCall) -> tuple[ClusterRecord, NodeGroupRecord]:
    cluster = records.cluster_of(call.api.region, call.parameters["clusterName"])
    name: str = call.parameters["nodegroupName"]
    if name not in cluster.node_groups:
        raise ApiError("ResourceNotFoundException", f"No node group found for name: {name}.")
    return cluster, cluster.node_groups[name]


def _template(api: Api, given: Document | None) -> tuple[Document, Document]:
    """Launch template of the request as EKS returns it, and the data of its version."""
    if not given:
        return {}, {}
    key = (
        {"LaunchTemplateId": given["id"]}
        if given.get("id")
        else {"LaunchTemplateName": given.get("name", "")}
    )
    version = str(given.get("version", "$Default"))
    try:
        found = api.call("ec2", "DescribeLaunchTemplateVersions", Versions=[version], **key)[
            "LaunchTemplateVersions"
        ]
    except ApiError as error:
        raise ApiError("InvalidRequestException", f"Launch template: {error.message}") from error
    if not found:
        raise ApiError("InvalidRequestException", f"Launch template version {version} doesn't exist")
    chosen = {
        "id": found[0]["LaunchTemplateId"],
        "name": found[0]["LaunchTemplateName"],
        "version": str(found[0]["VersionNumber"]),
    }
    return chosen, found[0]["LaunchTemplateData"]


def _described(cluster: ClusterRecord, given: Document, template: Document) -> Document:
    version = given.get("version", cluster.version)
    types = given.get("instanceTypes") or ([] if template.get("InstanceType") else _TYPES)
    image = given.get("amiType") or _image_for([*types, template.get("InstanceType", "")])
    document: Document = {
        "nodegroupName": given["nodegroupName"],
        "nodegroupArn": records.arn(cluster, "nodegroup", given["nodegroupName"], str(uuid.uuid4())),
        "clusterName": cluster.name,
        "version": version,
        "releaseVersion": template.get("ImageId")
        or given.get("releaseVersion", AL2023_RELEASES.get(version)),
        "createdAt": records.now(),
        "modifiedAt": records.now(),
        "capacityType": given.get("capacityType", "ON_DEMAND"),
        "scalingConfig": {"minSize": 1, "maxSize": 2, "desiredSize": 2} | given.get("scalingConfig", {}),
        "instanceTypes": types,
        "subnets": given["subnets"],
        "amiType": "CUSTOM" if template.get("ImageId") else image,
        "nodeRole": given["nodeRole"],
        "labels": {},
        "taints": [],
        "health": {"issues": []},
        "updateConfig": given.get("updateConfig") or {"maxUnavailable": 1},
        "tags": dict(given.get("tags", {})),
    }
    if not given.get("launchTemplate"):
        document["diskSize"] = given.get("diskSize", _DISK_GIB)
    return document | {name: given[name] for name in _KEPT if name in given}


def _require(call: ApiCall, cluster: ClusterRecord, document: Document, template: Document) -> None:
    given = dict(call.parameters)
    references.require_role(call.api, document["nodeRole"], "ec2.amazonaws.com")
    node_group_checks.require_scaling(document["scalingConfig"])
    if document["scalingConfig"]["maxSize"] > _MOST_INSTANCES:
        raise ApiError(
            "ResourceLimitExceededException", f"Maximum number of nodes per node group: {_MOST_INSTANCES}"
        )
    node_group_checks.require_network(call.api, cluster, document["subnets"])
    if given.get("launchTemplate"):
        node_group_checks.require_template(given, template)
    node_group_checks.require_market(given, template)
    types = [*document["instanceTypes"], *filter(None, [template.get("InstanceType")])]
    node_group_checks.require_processor(types, document["amiType"])
    if document["amiType"] != "CUSTOM":
        node_group_checks.require_versions(cluster, document["version"])
        node_group_checks.require_release(
            document["version"], given.get("releaseVersion"), document["amiType"]
        )
    _require_known(types)


def _require_known(types: list[str]) -> None:
    """Require instance types that the catalog lists; others cannot be simulated."""
    for name in types:
        if KUBECONFIG.exists() and name not in instance_types():
            raise ApiError("InvalidParameterException", f"{name} is not in components/gpu_cluster/catalog")


def _image_for(types: list[str]) -> str:
    """Default AMI type of EKS for the instance types."""
    known = next((instance_types()[name] for name in types if name in instance_types()), None)
    return ami_type("al2023", known) if known else "AL2023_x86_64_STANDARD"


def _relabelled(before: dict[str, str], change: Document) -> dict[str, str]:
    kept = {key: value for key, value in before.items() if key not in change.get("removeLabels", [])}
    return kept | change.get("addOrUpdateLabels", {})


def _retainted(before: list[Document], change: Document) -> list[Document]:
    """Update taints, which are identified by key and effect."""

    def id(taint: dict[str, Any]) -> tuple[str, str]:
        return taint["key"], taint["effect"]

    added = change.get("addOrUpdateTaints", [])
    gone = {id(taint) for taint in [*added, *change.get("removeTaints", [])]}
    return [*(taint for taint in before if id(taint) not in gone), *added]
