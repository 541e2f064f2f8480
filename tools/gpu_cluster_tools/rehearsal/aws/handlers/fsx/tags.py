"""Tags of file systems and their links."""

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.fsx.record import ASSOCIATIONS, FILE_SYSTEMS
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.router import ApiCall


def tag(call: ApiCall) -> Document:
    tagged, new = _tagged(call), call.parameters["Tags"]
    keys = [each["Key"] for each in new]
    tagged["Tags"] = [each for each in tagged["Tags"] if each["Key"] not in keys] + list(new)
    return {}


def untag(call: ApiCall) -> Document:
    tagged = _tagged(call)
    tagged["Tags"] = [each for each in tagged["Tags"] if each["Key"] not in call.parameters["TagKeys"]]
    return {}


def list_tags(call: ApiCall) -> Document:
    return {"Tags": _tagged(call)["Tags"]}


def _tagged(call: ApiCall) -> Document:
    arn, region = call.parameters["ResourceARN"], call.api.region
    for document in (*FILE_SYSTEMS.all(region), *ASSOCIATIONS.all(region)):
        if document["ResourceARN"] == arn:
            return document
    raise ApiError("ResourceNotFound", f"The resource {arn} does not exist.")
