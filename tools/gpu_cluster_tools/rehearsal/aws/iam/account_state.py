"""State of the account for IAM: policies, keys, tags and paths, read from moto."""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownParameterType=false
# (moto has hardly any types)

import json
from collections.abc import Mapping
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.efs.models import efs_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from gpu_cluster_tools.rehearsal.aws.iam.linked_roles import linked_role

_KINDS = {"Role": "roles", "User": "users", "InstanceProfile": "instance_profiles"}


def iam_of(account: str) -> Any:
    return iam_backends[account]["aws"]


def role_named(name: str, account: str) -> Any:
    """moto's role; None where there is none."""
    return next((each for each in iam_of(account).roles.values() if each.name == name), None)


def iam_path(kind: str, name: str, account: str) -> str:
    """The path of a role, user or instance profile; `/` where there is none."""
    for each in getattr(iam_of(account), _KINDS.get(kind, ""), {}).values():
        if each.name == name:
            return each.path or "/"
    return "/"


def profile_role(profile: str, account: str) -> str | None:
    """ARN of the role of an instance profile, by its name or ARN."""
    for each in iam_of(account).instance_profiles.values():
        if profile in (each.name, each.arn) and each.roles:
            return each.roles[0].arn
    return None


def key_id(id: str, account: str, region: str) -> str:
    """The id of a key, by its id, ARN or alias; as it is given where there is no such key."""
    if id.startswith("arn:"):
        region = id.split(":")[3]
        id = id.split(":", 5)[5].removeprefix("key/")
    backend = kms_backends[account][region]
    if id.startswith("alias/"):
        return next((key.id for key in backend.keys.values() if id in key.aliases), id)
    return id


def key_of(arn: str) -> Any:
    """moto's key of an ARN; None where there is none."""
    _, _, _, region, account, name = arn.split(":", 5)
    return kms_backends[account][region].keys.get(name.removeprefix("key/"))


def resource_policy(arn: str) -> str | None:
    """The policy of a key, bucket, repository, queue or file system, as text."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return None
    _, _, service, region, account, name = parts
    match service:
        case "kms":
            key = key_of(arn)
            return key.policy if key else None
        case "s3":
            return _bucket_policy(name.partition("/")[0])
        case "ecr":
            repository = ecr_backends[account][region].repositories.get(name.partition("/")[2])
            return repository.policy if repository else None
        case "sqs":
            queue = sqs_backends[account][region].queues.get(name)
            policy = queue.policy if queue else None
            return policy if policy is None or isinstance(policy, str) else json.dumps(policy)
        case "elasticfilesystem":
            system = efs_backends[account][region].file_systems_by_id.get(name.partition("/")[2])
            return system.file_system_policy if system else None
        case _:
            return None


def _bucket_policy(name: str) -> str | None:
    for account in s3_backends.values():
        bucket = account["aws"].buckets.get(name)
        if bucket is not None:
            return bucket.policy.decode() if bucket.policy else None
    return None


def file_system_of(mount: str, account: str, region: str) -> str:
    """ARN of the file system of a mount target."""
    found = efs_backends[account][region].mount_targets_by_id.get(mount)
    id = found.file_system_id if found else "*"
    return f"arn:aws:elasticfilesystem:{region}:{account}:file-system/{id}"


def tags_of(arn: str) -> dict[str, str]:
    """The tags of a resource, where IAM policies in use look at them: EC2, IAM, KMS and EKS."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or arn.endswith("*"):
        return {}
    _, _, service, region, account, name = parts
    kind, _, id = name.partition("/")
    match service:
        case "ec2":
            found = ec2_backends[account][region].describe_tags(filters={"resource-id": [id]})
            return {each["key"]: each["value"] for each in found}
        case "iam":
            return _iam_tags(kind, id.rpartition("/")[2], account)
        case "kms":
            tags = kms_backends[account][region].tagger.list_tags_for_resource(id)["Tags"]
            return {each["TagKey"]: each["TagValue"] for each in tags}
        case "eks":
            found = (it.document for there, it in clusters() if (there, it.name) == (region, id))
            return dict(next(found, {}).get("tags", {})) if kind == "cluster" else {}
        case _:
            return {}


def _iam_tags(kind: str, name: str, account: str) -> dict[str, str]:
    if kind == "role":
        role = role_named(name, account)
        return {each["Key"]: each["Value"] for each in role.tags or []} if role else {}
    if kind == "instance-profile":
        profile = iam_of(account).instance_profiles.get(name)
        return {each["Key"]: each["Value"] for each in profile.tags or []} if profile else {}
    return {}


def clusters() -> list[tuple[str, Any]]:
    """Every cluster of EKS with its region."""
    from gpu_cluster_tools.rehearsal.aws.eks import records  # imports IAM itself, to launch instances

    return list(records.clusters())


def associations_of_addon(given: Mapping[str, Any], region: str) -> list[str]:
    """ARNs of the pod identity associations that belong to an add-on, by cluster and name."""
    for there, cluster in clusters():
        if (there, cluster.name) == (region, given.get("clusterName")):
            return cluster.addons.get(given.get("addonName"), {}).get("podIdentityAssociations", [])
    return []


def launch_template(id: str, version: str, account: str, region: str) -> dict[str, Any]:
    """The data of a version of a launch template, by its id or name."""
    found = _launch_template(id, account, region)
    return found.get_version(version or "$Default").data if found else {}


def launch_template_id(name: str, account: str, region: str) -> str | None:
    found = _launch_template(name, account, region)
    return found.id if found else None


def _launch_template(id: str, account: str, region: str) -> Any:
    """moto's launch template, by its id or name."""
    known = ec2_backends[account][region].launch_templates
    return known.get(id) or next((each for each in known.values() if each.name == id), None)


def create_linked_role(service: str, account: str) -> None:
    """The service-linked role of a service, where the account has none yet."""
    path, _, name = linked_role(account, service).partition(":role")[2].rpartition("/")
    if role_named(name, account) is not None:
        return
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam_of(account).create_role(name, document, f"{path}/", None, "", [], "3600", linked_service=service)
