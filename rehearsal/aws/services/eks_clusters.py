"""Clusters of EKS."""

from collections.abc import Iterator
from typing import Any

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, Set, State
from rehearsal.aws.services.ec2 import SECURITY_GROUP, SUBNET
from rehearsal.aws.services.eks import call, retag, said_later

_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_CHANGED_AS_GIVEN = (
    "accessConfig",
    "computeConfig",
    "controlPlaneScalingConfig",
    "deletionProtection",
    "kubeApiServerConfig",
    "kubeControllerManagerConfig",
    "kubeSchedulerConfig",
    "storageConfig",
    "upgradePolicy",
    "zonalShiftConfig",
)
_MADE_WITH = {
    "accessConfig": ("bootstrapClusterCreatorAdminPermissions",),
    "kubernetesNetworkConfig": ("ipFamily", "serviceIpv4Cidr"),
}
"""What of a setting is decided when the cluster is made."""


def _shape(inputs: Inputs) -> Answer:
    """Parameters that the service spells otherwise than the provider."""
    arguments: Answer = {}
    if "enabledClusterLogTypes" in inputs:
        arguments["logging"] = _logging(inputs["enabledClusterLogTypes"])
    if encryption := inputs.get("encryptionConfig"):
        arguments["encryptionConfig"] = [encryption]
    if remote := inputs.get("remoteNetworkConfig"):
        arguments["remoteNetworkConfig"] = {name: [networks] for name, networks in remote.items()}
    return arguments


def _logging(types: list[str]) -> Answer:
    setups = (sorted(types), True), ([log for log in _LOGS if log not in types], False)
    return {"clusterLogging": [{"types": logs, "enabled": on} for logs, on in setups if logs]}


def _set(name: str) -> Set:
    """What a change of one setting says; a setting that is no longer given stays as it is."""

    def settle(api: Api, id: str, inputs: Inputs) -> None:
        if name in inputs:
            settings = dict(_parts(name, inputs[name]))
            call(api, "UpdateClusterConfig", name=id, **{name: settings if settings else inputs[name]})

    return settle


def _parts(name: str, setting: Any) -> list[tuple[str, Any]]:
    """The parts of a setting that can change."""
    if not isinstance(setting, dict):
        return []
    return [(key, value) for key, value in setting.items() if key not in _MADE_WITH.get(name, ())]  # pyright: ignore[reportUnknownVariableType]


def _set_network(api: Api, id: str, inputs: Inputs) -> None:
    call(api, "UpdateClusterConfig", name=id, resourcesVpcConfig=dict(inputs["vpcConfig"]))


def _set_logging(api: Api, id: str, inputs: Inputs) -> None:
    call(api, "UpdateClusterConfig", name=id, logging=_logging(inputs.get("enabledClusterLogTypes", [])))


def _set_remote(api: Api, id: str, inputs: Inputs) -> None:
    given = _shape(inputs).get("remoteNetworkConfig", {"remoteNodeNetworks": [], "remotePodNetworks": []})
    call(api, "UpdateClusterConfig", name=id, remoteNetworkConfig=given)


def _set_version(api: Api, id: str, inputs: Inputs) -> None:
    if "version" in inputs:
        call(api, "UpdateClusterVersion", name=id, version=inputs["version"])


def _set_encryption(api: Api, id: str, inputs: Inputs) -> None:
    call(api, "AssociateEncryptionConfig", clusterName=id, encryptionConfig=[inputs["encryptionConfig"]])


def _replaces(old: Inputs, new: Inputs) -> Iterator[str]:
    for name, fixed in _MADE_WITH.items():
        before, after = old.get(name, {}), new.get(name, {})
        if any(before.get(part) != after.get(part) for part in fixed):
            yield name
    if "encryptionConfig" in old and old["encryptionConfig"] != new.get("encryptionConfig"):
        yield "encryptionConfig"  # secrets can become encrypted, and stay so
    egress = [
        inputs.get("vpcConfig", {}).get("controlPlaneEgressMode", "AWS_MANAGED") for inputs in (old, new)
    ]
    if egress[0] != "AWS_MANAGED" and egress[0] != egress[1]:
        yield "vpcConfig"


def _read(api: Api, id: str, _state: State) -> Answer | None:
    cluster = call(api, "DescribeCluster", name=id)["cluster"]
    setups = cluster["logging"]["clusterLogging"]
    remote = cluster.get("remoteNetworkConfig", {})
    encryption = cluster.get("encryptionConfig", [])
    return cluster | {
        "enabledClusterLogTypes": [log for setup in setups if setup["enabled"] for log in setup["types"]],
        "encryptionConfig": encryption[0] if encryption else None,
        "remoteNetworkConfig": {name: networks[0] for name, networks in remote.items() if networks} or None,
        "identities": [{"oidcs": [{"issuer": cluster["identity"]["oidc"]["issuer"]}]}],
    }


KINDS = (
    Kind(
        type="aws:eks/cluster:Cluster",
        service="eks",
        create="CreateCluster",
        identify=lambda inputs, _answer: inputs["name"],
        read=_read,
        delete=lambda api, id, _state: call(api, "DeleteCluster", name=id),
        renames={"vpcConfig": "resourcesVpcConfig"},
        shape=_shape,
        shaped=frozenset({"enabledClusterLogTypes", "encryptionConfig", "remoteNetworkConfig"}),
        setters={name: _set(name) for name in _CHANGED_AS_GIVEN}
        | {
            "kubernetesNetworkConfig": _set("kubernetesNetworkConfig"),
            "vpcConfig": _set_network,
            "enabledClusterLogTypes": _set_logging,
            "remoteNetworkConfig": _set_remote,
            "version": _set_version,
            "encryptionConfig": _set_encryption,
            "forceUpdateVersion": said_later,
        },
        replaces=_replaces,
        computed=frozenset({"vpcConfig.clusterSecurityGroupId", "vpcConfig.vpcId"}),
        names=AutoName(),
        retag=retag(),
        references={
            "vpcConfig": lambda api, vpc: (
                SUBNET(api, vpc.get("subnetIds", [])),
                SECURITY_GROUP(api, vpc.get("securityGroupIds", [])),
            )
        },
    ),
)
