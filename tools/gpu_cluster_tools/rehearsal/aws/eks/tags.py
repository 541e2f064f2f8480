"""Tags of everything in EKS that has an ARN."""

from gpu_cluster_tools.rehearsal.aws.answering import Call
from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.eks import record
from gpu_cluster_tools.rehearsal.aws.eks.record import Document


def tag(call: Call) -> Document:
    _owner(call)["tags"] |= call.parameters["tags"]
    return {}


def untag(call: Call) -> Document:
    for key in call.parameters["tagKeys"]:
        _owner(call)["tags"].pop(key, None)
    return {}


def list_tags(call: Call) -> Document:
    return {"tags": _owner(call)["tags"]}


def _owner(call: Call) -> Document:
    wanted: str = call.parameters["resourceArn"]
    for cluster in record.clusters_in(call.api.region).values():
        for arn, document in cluster.tagged():
            if arn == wanted:
                return document
    raise ApiError("NotFoundException", f"Resource was not found: {wanted}")
