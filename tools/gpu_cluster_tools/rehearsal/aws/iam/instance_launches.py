"""Resources that a launch must be allowed to use: all that an instance consists of.

Sources, read 2026-11-28: EC2 user guide, "Example policies: Launch instances (RunInstances)"; service
authorization reference of EC2, RunInstances and CreateFleet (an instant fleet starts instances by the rights
of its caller, on the resources that its launch template names). Tags of a launch template are tags of the
request: Karpenter 1.13 gives those of network interfaces and spot requests there alone (pkg/providers/
launchtemplate/types.go), and its published policy asks for them as aws:RequestTag; read 2026-11-29.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gpu_cluster_tools.rehearsal.aws.iam import account_state
from gpu_cluster_tools.rehearsal.aws.iam.parameters import Parameters, tags_in, values_at
from gpu_cluster_tools.rehearsal.aws.iam.resources import ResourceScope, launch_templates

Started = tuple[str, str, Mapping[str, str]]
"""Action, ARN, and the tags that the request gives to it."""

_NEW = ("instance", "network-interface", "volume")


def starting(name: str, given: Parameters, where: ResourceScope) -> list[Started]:
    """Resources that ec2:RunInstances and ec2:CreateFleet use; empty for other operations."""
    if name == "ec2:RunInstances":
        return list(_run(given, given, where))
    if name == "ec2:CreateFleet":
        return list(_fleet(given, where))
    return []


def volume_keys(given: Parameters, where: ResourceScope) -> list[str]:
    """Keys of the volumes that a request creates, by itself or by a launch template."""
    direct = values_at(given, "KmsKeyId")
    path = "BlockDeviceMappings.Ebs.KmsKeyId"
    return [*direct, *(key for each in (given, *_templates(given, where)) for key in values_at(each, path))]


def instance_profiles(given: Parameters, where: ResourceScope) -> list[str]:
    """Names or ARNs of the profiles that instances start with, by the request or by a launch template."""
    paths = ("IamInstanceProfile.Arn", "IamInstanceProfile.Name")
    chosen = (given, *_templates(given, where))
    return list(dict.fromkeys(name for each in chosen for path in paths for name in values_at(each, path)))


def _templates(given: Parameters, where: ResourceScope) -> list[dict[str, Any]]:
    configs: list[Parameters] = given.get("LaunchTemplateConfigs", [])
    named = [each.get("LaunchTemplateSpecification", {}) for each in configs]
    return [_template({"LaunchTemplate": each}, where) for each in named] or [_template(given, where)]


def _run(given: Parameters, specified: Parameters, where: ResourceScope) -> Iterator[Started]:
    """`specified`: where tags and what is not said in the template come from."""
    template = _template(given, where)
    chosen = (given, template)
    tags = _tags_by_type(template) | _tags_by_type(specified)
    home = f"arn:aws:ec2:{where.region}:{where.account}"
    for type in _NEW:
        yield "ec2:RunInstances", f"{home}:{type}/*", tags.get(type, {})
    for id in _ids(chosen, "ImageId"):
        yield "ec2:RunInstances", f"arn:aws:ec2:{where.region}::image/{id}", {}
    for id in _ids(chosen, "SubnetId", "NetworkInterfaces.SubnetId"):
        yield "ec2:RunInstances", f"{home}:subnet/{id}", {}
    for id in _ids(chosen, "SecurityGroupIds", "NetworkInterfaces.Groups"):
        yield "ec2:RunInstances", f"{home}:security-group/{id}", {}
    for id in launch_templates(given, where):
        yield "ec2:RunInstances", f"{home}:launch-template/{id}", {}


def _fleet(given: Parameters, where: ResourceScope) -> Iterator[Started]:
    tags = _tags_by_type(given)
    for template in _templates(given, where):
        tags = _tags_by_type(template) | tags
    home = f"arn:aws:ec2:{where.region}:{where.account}"
    spot = values_at(given, "TargetCapacitySpecification.DefaultTargetCapacityType") == ["spot"]
    new = ("fleet", *_NEW, *(("spot-instances-request",) if spot else ()))
    for type in new:
        yield "ec2:CreateFleet", f"{home}:{type}/*", tags.get(type, {})
    for config in given.get("LaunchTemplateConfigs", []):
        template = config.get("LaunchTemplateSpecification", {})
        for id in launch_templates(template, where):
            yield "ec2:CreateFleet", f"{home}:launch-template/{id}", {}
        overrides: list[Parameters] = config.get("Overrides") or [{}]
        for each in overrides:
            yield from _run({"LaunchTemplate": template, **each}, given, where)


def _template(given: Parameters, where: ResourceScope) -> dict[str, Any]:
    named: Parameters = given.get("LaunchTemplate") or {}
    id = named.get("LaunchTemplateId") or named.get("LaunchTemplateName")
    if not id:
        return {}
    return account_state.launch_template(id, str(named.get("Version", "")), where.account, where.region)


def _ids(chosen: tuple[Parameters, ...], *paths: str) -> list[str]:
    found = (id for given in chosen for path in paths for id in values_at(given, path))
    return list(dict.fromkeys(found))


def _tags_by_type(given: Parameters) -> dict[str, dict[str, str]]:
    specifications = given.get("TagSpecifications", [])
    return {each["ResourceType"]: tags_in(each.get("Tags")) for each in specifications}
