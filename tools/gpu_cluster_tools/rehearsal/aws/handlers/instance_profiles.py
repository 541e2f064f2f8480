"""Instance profiles by path: moto lists all, so a clean-up below a path would delete all."""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false
# (moto has hardly any types)

from collections.abc import Mapping

from moto.iam.models import iam_backends

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.router import ApiCall, Operation


def _list(call: ApiCall) -> Document:
    prefix: str = call.parameters.get("PathPrefix", "/")
    kept = iam_backends[identity.account()]["aws"].get_instance_profiles()
    names = [each.name for each in kept if str(each.path).startswith(prefix)]
    described = [call.api.call("iam", "GetInstanceProfile", InstanceProfileName=name) for name in names]
    return {"InstanceProfiles": [each["InstanceProfile"] for each in described], "IsTruncated": False}


OPERATIONS: Mapping[str, Operation] = {"ListInstanceProfiles": _list}
