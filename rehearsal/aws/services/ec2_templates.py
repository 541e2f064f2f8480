"""Launch templates."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# (properties are any JSON)

from typing import Any, get_args

from rehearsal.aws import sdk
from rehearsal.aws.api import Api, ApiError, parameters_of
from rehearsal.aws.kind import Answer, AutoName, Inputs, Kind, State
from rehearsal.aws.naming import to_service
from rehearsal.aws.services.ec2 import SECURITY_GROUP, arn, call, one, retag

_TYPE = "aws:ec2/launchTemplate:LaunchTemplate"
_RENAMES = {"vpcSecurityGroupIds": "SecurityGroupIds", "securityGroupNames": "SecurityGroups"}
_DATA = frozenset(
    {
        "blockDeviceMappings",
        "capacityReservationSpecification",
        "cpuOptions",
        "creditSpecification",
        "disableApiStop",
        "disableApiTermination",
        "ebsOptimized",
        "enclaveOptions",
        "hibernationOptions",
        "iamInstanceProfile",
        "imageId",
        "instanceInitiatedShutdownBehavior",
        "instanceMarketOptions",
        "instanceRequirements",
        "instanceType",
        "kernelId",
        "keyName",
        "licenseSpecifications",
        "maintenanceOptions",
        "metadataOptions",
        "monitoring",
        "networkInterfaces",
        "networkPerformanceOptions",
        "placement",
        "privateDnsNameOptions",
        "ramDiskId",
        "secondaryInterfaces",
        "securityGroupNames",
        "tagSpecifications",
        "userData",
        "vpcSecurityGroupIds",
    }
)
"""The properties that a version of a template holds."""


def _shape(inputs: Inputs) -> Answer:
    return {"LaunchTemplateData": _data(inputs)}


def _data(inputs: Inputs) -> Answer:
    """What a version of the template says of instances."""
    shape = parameters_of("ec2", "CreateLaunchTemplate").members["LaunchTemplateData"]
    given = {_RENAMES.get(name, name): value for name, value in inputs.items() if name in _DATA}
    if "networkInterfaces" in given:
        given["networkInterfaces"] = [
            _renamed(each, {"securityGroups": "groups"}) for each in given["networkInterfaces"]
        ]
    return _typed(to_service(given, shape), shape)


def _typed(value: Any, shape: Any) -> Any:
    """Where the provider writes a boolean as text, the boolean."""
    if shape.type_name == "structure":
        return {
            name: _typed(part, shape.members[name]) if name in shape.members else part
            for name, part in value.items()
        }
    if shape.type_name == "list":
        return [_typed(part, shape.member) for part in value]
    if shape.type_name == "boolean" and isinstance(value, str):
        return value == "true"
    return value


def _texts(value: Any, kind: Any) -> Any:
    """The way back: a boolean as text where the provider writes it so."""
    if sdk.is_object(kind) and isinstance(value, dict):
        fields = {name.lower(): (name, kind) for name, kind in sdk.fields_of(kind).items()}
        known = {fields[name.lower()]: part for name, part in value.items() if name.lower() in fields}
        return {name: _texts(part, inner) for (name, inner), part in known.items()}
    if sdk.is_list(kind) and isinstance(value, list):
        return [_texts(part, sdk.plain(get_args(kind)[0])) for part in value]
    if kind is str and isinstance(value, bool):
        return str(value).lower()
    return value


def _renamed(value: Answer, names: dict[str, str]) -> Answer:
    return {names.get(name, name): part for name, part in value.items()}


def _write_version(api: Api, id: str, inputs: Inputs) -> None:
    described = {"VersionDescription": inputs["description"]} if "description" in inputs else {}
    made = call(api, "CreateLaunchTemplateVersion", LaunchTemplateId=id, **_shape(inputs), **described)
    number = str(made["LaunchTemplateVersion"]["VersionNumber"])
    if inputs.get("updateDefaultVersion"):
        call(api, "ModifyLaunchTemplate", LaunchTemplateId=id, DefaultVersion=number)


def _set_default(api: Api, id: str, inputs: Inputs) -> None:
    template = one(api, "DescribeLaunchTemplates", "LaunchTemplateIds", id) or {}
    wanted = (
        template["LatestVersionNumber"]
        if inputs.get("updateDefaultVersion")
        else inputs.get("defaultVersion")
    )
    if wanted:
        call(api, "ModifyLaunchTemplate", LaunchTemplateId=id, DefaultVersion=str(wanted))


def _read(api: Api, id: str, _state: State) -> Answer | None:
    template = one(api, "DescribeLaunchTemplates", "LaunchTemplateIds", id)
    if template is None:
        return None
    versions = call(api, "DescribeLaunchTemplateVersions", LaunchTemplateId=id, Versions=["$Latest"])
    version = versions["LaunchTemplateVersions"][0]
    data = {
        name: value for name, value in version["LaunchTemplateData"].items() if name != "TagSpecifications"
    }
    tagged = [
        {"ResourceType": each["ResourceType"], "tags": {tag["Key"]: tag["Value"] for tag in each["Tags"]}}
        for each in version["LaunchTemplateData"].get("TagSpecifications", [])
        if each["ResourceType"] != "launch-template"
    ]
    back = {there: name for name, there in _RENAMES.items()}
    properties = sdk.properties_of(_TYPE).outputs
    names = {name.lower(): name for name in properties}
    interfaces = [_renamed(each, {"Groups": "securityGroups"}) for each in data.get("NetworkInterfaces", [])]
    said = (
        data
        | ({"NetworkInterfaces": interfaces} if interfaces else {})
        | ({"TagSpecifications": tagged} if tagged else {})
    )
    worded = {back.get(name, names.get(name.lower(), name)): value for name, value in said.items()}
    owner = template["CreatedBy"].split(":")[4]
    return {name: _texts(value, properties[name]) for name, value in worded.items() if name in properties} | {
        "arn": arn(api, owner, f"launch-template/{id}"),
        "name": template["LaunchTemplateName"],
        "description": version.get("VersionDescription"),
        "defaultVersion": template["DefaultVersionNumber"],
        "latestVersion": template["LatestVersionNumber"],
        "tags": {tag["Key"]: tag["Value"] for tag in template.get("Tags", [])},
    }


def _delete(api: Api, id: str, _state: State) -> None:
    """Amazon would let a template go that a node group needs, and the group could start nothing any more."""
    for cluster in api.call("eks", "ListClusters")["clusters"]:
        for name in api.call("eks", "ListNodegroups", clusterName=cluster)["nodegroups"]:
            group = api.call("eks", "DescribeNodegroup", clusterName=cluster, nodegroupName=name)["nodegroup"]
            if group.get("launchTemplate", {}).get("id") == id:
                raise ApiError(
                    "DependencyViolation", f"The launch template '{id}' is used by node group {name}"
                )
    call(api, "DeleteLaunchTemplate", LaunchTemplateId=id)


def _require_groups(api: Api, interfaces: list[Answer]) -> None:
    for interface in interfaces:
        SECURITY_GROUP(api, interface.get("securityGroups", []))


def _require_key(api: Api, mappings: list[Answer]) -> None:
    for mapping in mappings:
        if key := mapping.get("ebs", {}).get("kmsKeyId"):
            api.call("kms", "DescribeKey", KeyId=key)


KINDS = (
    Kind(
        type=_TYPE,
        service="ec2",
        create="CreateLaunchTemplate",
        identify=lambda _inputs, answer: answer["LaunchTemplate"]["LaunchTemplateId"],
        read=_read,
        delete=_delete,
        renames={"name": "LaunchTemplateName", "description": "VersionDescription"},
        shape=_shape,
        shaped=_DATA,
        setters=dict.fromkeys([*_DATA, "description"], _write_version)
        | dict.fromkeys(("defaultVersion", "updateDefaultVersion"), _set_default),
        renewed=frozenset({"latestVersion", "defaultVersion"}),
        names=AutoName(),
        tag_type="launch-template",
        retag=retag,
        references={
            "vpcSecurityGroupIds": SECURITY_GROUP,
            "networkInterfaces": _require_groups,
            "blockDeviceMappings": _require_key,
        },
    ),
)
