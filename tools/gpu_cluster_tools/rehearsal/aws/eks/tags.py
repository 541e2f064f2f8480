"""Tags of everything in EKS that has an ARN."""

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.eks import records
from gpu_cluster_tools.rehearsal.aws.eks.records import Document
from gpu_cluster_tools.rehearsal.aws.router import ApiCall


def tag(call: ApiCall) -> Document:
    _owner(call)["tags"] |= call.parameters["tags"]
    return {}


def untag(call: ApiCall) -> Document:
    for key in call.parameters["tagKeys"]:
        _owner(call)["tags"].pop(key, None)
    return {}


def list_tags(call: ApiCall) -> Document:
    return {"tags": _owner(call)["tags"]}


def _owner(call: ApiCall) -> Document:
    wanted: str = call.parameters["resourceArn"]
    for cluster in records.clusters_in(call.api.region).values():
        for arn, document in cluster.tagged():
            if arn == wanted:
                return document
    raise ApiError("NotFoundException", f"Resource was not found: {wanted}")
