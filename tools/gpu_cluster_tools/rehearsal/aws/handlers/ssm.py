"""Public parameters of Systems Manager: which machine image a release of EKS nodes is."""

from collections.abc import Mapping

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.eks.image_parameters import publish
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.router import ApiCall, Operation


def _get_parameter(call: ApiCall) -> Document:
    name: str = call.parameters["Name"]
    image = publish(name)
    if image is None:
        raise ApiError("ParameterNotFound", f"Parameter {name} not found.")
    return {
        "Parameter": {
            "Name": name,
            "Type": "String",
            "Value": image,
            "Version": 1,
            "ARN": f"arn:aws:ssm:{call.api.region}::parameter{name}",
            "DataType": "aws:ec2:image",
        }
    }


OPERATIONS: Mapping[str, Operation] = {"GetParameter": _get_parameter}
