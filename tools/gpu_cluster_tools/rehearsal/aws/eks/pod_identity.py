"""Pod identity associations: which role the pods of a service account have."""

import uuid
from collections.abc import Mapping
from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.eks import records, references
from gpu_cluster_tools.rehearsal.aws.eks.records import ClusterRecord, Document
from gpu_cluster_tools.rehearsal.aws.router import ApiCall

_SERVICE = "pods.eks.amazonaws.com"
_KEPT = ("disableSessionTags", "targetRoleArn", "policy")


def create_association(call: ApiCall) -> Document:
    cluster = records.cluster_of(call.api.region, call.parameters["clusterName"])
    return {"association": associate(call.api, cluster, call.parameters)}


def describe_association(call: ApiCall) -> Document:
    return {"association": _association(call)}


def list_associations(call: ApiCall) -> Document:
    cluster, given = records.cluster_of(call.api.region, call.parameters["clusterName"]), call.parameters
    wanted = [
        each
        for each in cluster.identities.values()
        if all(each[key] == given.get(key, each[key]) for key in ("namespace", "serviceAccount"))
    ]
    return {"associations": wanted}


def update_association(call: ApiCall) -> Document:
    association, given = _association(call), call.parameters
    if "roleArn" in given:
        references.require_role(call.api, given["roleArn"], _SERVICE)
    changed = {name: given[name] for name in ("roleArn", *_KEPT) if name in given}
    association |= changed | {"modifiedAt": records.now()}
    return {"association": association}


def delete_association(call: ApiCall) -> Document:
    association = _association(call)
    if owner := association.get("ownerArn"):
        raise ApiError("InvalidRequestException", f"The association belongs to {owner} and goes with it")
    cluster = records.cluster_of(call.api.region, association["clusterName"])
    return {"association": cluster.identities.pop(association["associationId"])}


def associate(
    api: Api, cluster: ClusterRecord, given: Mapping[str, Any], owner: str | None = None
) -> Document:
    """`owner` is the add-on whose association it is."""
    namespace, account = given["namespace"], given["serviceAccount"]
    if any(
        (each["namespace"], each["serviceAccount"]) == (namespace, account)
        for each in cluster.identities.values()
    ):
        raise ApiError(
            "ResourceInUseException",
            f"Association already exists: a role is associated with service account {account} in namespace "
            f"{namespace}",
        )
    references.require_role(api, given["roleArn"], _SERVICE)
    id = f"a-{uuid.uuid4().hex[:17]}"
    cluster.identities[id] = {
        "clusterName": cluster.name,
        "namespace": namespace,
        "serviceAccount": account,
        "roleArn": given["roleArn"],
        "associationArn": records.arn(cluster, "podidentityassociation", id),
        "associationId": id,
        "tags": dict(given.get("tags", {})),
        "createdAt": records.now(),
        "modifiedAt": records.now(),
        "disableSessionTags": False,
    } | {name: given[name] for name in _KEPT if name in given}
    if owner:
        cluster.identities[id]["ownerArn"] = owner
    if given.get("targetRoleArn"):
        cluster.identities[id]["externalId"] = str(uuid.uuid4())
    return cluster.identities[id]


def _association(call: ApiCall) -> Document:
    cluster = records.cluster_of(call.api.region, call.parameters["clusterName"])
    id: str = call.parameters["associationId"]
    if id not in cluster.identities:
        raise ApiError("ResourceNotFoundException", f"The specified association ID cannot be found: {id}")
    return cluster.identities[id]
