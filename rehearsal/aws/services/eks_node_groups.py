"""Managed node groups."""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State
from rehearsal.aws.services.eks import await_gone, await_status, call, parts, retag, said_later

_CONFIGURED = ("labels", "nodeRepairConfig", "scalingConfig", "taints", "updateConfig", "warmPoolConfig")
_VERSIONED = ("launchTemplate", "releaseVersion", "version")


def _describe(api: Api, id: str) -> Answer:
    cluster, name = parts(id)
    return call(api, "DescribeNodegroup", clusterName=cluster, nodegroupName=name)["nodegroup"]


def _await_active(api: Api, id: str, _inputs: Inputs) -> None:
    await_status(lambda: _describe(api, id), "ACTIVE")


def _await_update(api: Api, id: str, update: str) -> None:
    cluster, name = parts(id)
    key = {"name": cluster, "nodegroupName": name, "updateId": update}
    await_status(lambda: call(api, "DescribeUpdate", **key)["update"], "Successful")


def _shape(inputs: Inputs) -> Answer:
    arguments: Answer = {}
    if remote := inputs.get("remoteAccess"):
        names = {"ec2SshKey": "ec2SshKey", "sourceSecurityGroupIds": "sourceSecurityGroups"}
        arguments["remoteAccess"] = {names[name]: value for name, value in remote.items()}
    if warm := inputs.get("warmPoolConfig"):
        arguments["warmPoolConfig"] = {"enabled": True} | warm
    return arguments


def _configure(api: Api, id: str, inputs: Inputs) -> None:
    cluster, name = parts(id)
    found = _describe(api, id)
    change: Answer = {
        "labels": _labels(found["labels"], inputs.get("labels", {})),
        "taints": _taints(found["taints"], inputs.get("taints", [])),
        "scalingConfig": inputs["scalingConfig"],
    } | {key: inputs[key] for key in ("nodeRepairConfig", "updateConfig") if key in inputs}
    if "warmPoolConfig" in inputs or found.get("warmPoolConfig", {}).get("enabled"):
        change["warmPoolConfig"] = _shape(inputs).get("warmPoolConfig", {"enabled": False})
    update = call(api, "UpdateNodegroupConfig", clusterName=cluster, nodegroupName=name, **change)
    _await_update(api, id, update["update"]["id"])


def _labels(before: Mapping[str, str], after: Mapping[str, str]) -> Answer:
    gone = sorted(before.keys() - after.keys())
    return {"addOrUpdateLabels": dict(after)} | ({"removeLabels": gone} if gone else {})


def _taints(before: list[Answer], after: list[Answer]) -> Answer:
    kept = {(taint["key"], taint["effect"]) for taint in after}
    gone = [taint for taint in before if (taint["key"], taint["effect"]) not in kept]
    change = {"addOrUpdateTaints": list(after), "removeTaints": gone}
    return {name: taints for name, taints in change.items() if taints}


def _replace_nodes(api: Api, id: str, inputs: Inputs) -> None:
    cluster, name = parts(id)
    given = {key: inputs[key] for key in _VERSIONED if key in inputs}
    force = inputs.get("forceUpdateVersion", False)
    key = {"clusterName": cluster, "nodegroupName": name}
    update = call(api, "UpdateNodegroupVersion", **key, force=force, **given)
    _await_update(api, id, update["update"]["id"])


def _replaces(old: Inputs, new: Inputs) -> Iterator[str]:
    """Another version of the launch template replaces the nodes, another template the group."""
    before, after = old.get("launchTemplate", {}), new.get("launchTemplate", {})
    if any(before.get(name) != after.get(name) for name in ("id", "name")):
        yield "launchTemplate"


def _read(api: Api, id: str, _state: State) -> Answer | None:
    group = _describe(api, id)
    scaling = [{"name": each["name"]} for each in group["resources"]["autoScalingGroups"]]
    remote = group.get("remoteAccess", {})
    warm = group.get("warmPoolConfig", {})
    return group | {
        "arn": group["nodegroupArn"],
        "resources": [{"autoscalingGroups": scaling}],
        "remoteAccess": {**remote, "sourceSecurityGroupIds": remote.get("sourceSecurityGroups", [])}
        if remote
        else None,
        "warmPoolConfig": {name: value for name, value in warm.items() if name != "enabled"}
        if warm.get("enabled")
        else None,
    }


def _delete(api: Api, id: str, _state: State) -> None:
    cluster, name = parts(id)
    call(api, "DeleteNodegroup", clusterName=cluster, nodegroupName=name)
    await_gone(lambda: _describe(api, id))


def _identify(inputs: Inputs, _answer: Any) -> str:
    return f"{inputs['clusterName']}:{inputs['nodeGroupName']}"


KINDS = (
    Kind(
        type="aws:eks/nodeGroup:NodeGroup",
        service="eks",
        create="CreateNodegroup",
        identify=_identify,
        read=_read,
        delete=_delete,
        renames={"nodeGroupName": "nodegroupName", "nodeRoleArn": "nodeRole", "subnetIds": "subnets"},
        shape=_shape,
        shaped=frozenset({"remoteAccess", "warmPoolConfig"}),
        setters=dict.fromkeys(_VERSIONED, _replace_nodes)
        | dict.fromkeys(_CONFIGURED, _configure)
        | {"forceUpdateVersion": said_later},
        always=(_await_active,),
        replaces=_replaces,
        computed=frozenset({"launchTemplate.id", "launchTemplate.name"}),
        names=AutoName(property="nodeGroupName"),
        retag=retag(),
        references={"clusterName": lambda api, name: call(api, "DescribeCluster", name=name)},
    ),
)
