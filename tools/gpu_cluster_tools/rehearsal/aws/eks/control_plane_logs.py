"""Logs of a control plane."""

from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.eks.records import Document

_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")


def logging_of(given: Document, before: Document | None = None) -> Document:
    """Logging settings after a change: all log types, enabled or disabled."""
    written = set(_written({"logging": before})) if before else set[str]()
    for setup in given.get("clusterLogging", []):
        if setup.get("enabled"):
            written |= set(setup.get("types", []))
        else:
            written -= set(setup.get("types", []))
    setups = (sorted(written), True), (sorted(set(_TYPES) - written), False)
    return {"clusterLogging": [{"types": types, "enabled": on} for types, on in setups if types]}


def keep_logs(api: Api, document: Document) -> None:
    """Create the log group if it is missing; EKS never deletes it."""
    group = f"/aws/eks/{document['name']}/cluster"
    if not _written(document):
        return
    found = api.call("logs", "DescribeLogGroups", logGroupNamePrefix=group)["logGroups"]
    if not any(each["logGroupName"] == group for each in found):
        api.call("logs", "CreateLogGroup", logGroupName=group)


def _written(document: Document) -> list[str]:
    setups = document["logging"]["clusterLogging"]
    return [log for setup in setups if setup["enabled"] for log in setup["types"]]
