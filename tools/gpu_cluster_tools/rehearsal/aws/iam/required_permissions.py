"""Required permissions of an operation: actions on resources, with the call's conditions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gpu_cluster_tools.rehearsal.aws.iam import account_state
from gpu_cluster_tools.rehearsal.aws.iam.dependent_permissions import (
    dependent_actions,
    has_linked_role,
    launch_by_caller,
    missing_linked_roles,
)
from gpu_cluster_tools.rehearsal.aws.iam.documents import PolicyError
from gpu_cluster_tools.rehearsal.aws.iam.instance_launches import instance_profiles, starting
from gpu_cluster_tools.rehearsal.aws.iam.linked_roles import linked_role
from gpu_cluster_tools.rehearsal.aws.iam.matching import Context
from gpu_cluster_tools.rehearsal.aws.iam.operation_actions import (
    ACTIONS,
    ALWAYS_ALLOWED,
    PASSED,
    PREFIXES,
    TAGGING,
)
from gpu_cluster_tools.rehearsal.aws.iam.parameters import Parameters, tags_in, values_at
from gpu_cluster_tools.rehearsal.aws.iam.resources import ResourceScope, resources_of
from gpu_cluster_tools.rehearsal.aws.iam.service_reference import action_of, is_of, services

SPOT = "spot.amazonaws.com"
_TAGS = ("tags", "taglist", "tagset", "resourcetags", "backupvaulttags", "backupplantags")


@dataclass(frozen=True)
class OperationRequest:
    """A requested operation."""

    service: str
    """The name that requests are signed for."""

    operation: str
    parameters: Parameters
    where: ResourceScope

    @property
    def prefix(self) -> str:
        """Prefix of the service's actions."""
        return PREFIXES.get(self.service, self.service)

    @property
    def name(self) -> str:
        return f"{self.prefix}:{self.operation}"


@dataclass(frozen=True)
class RequiredPermission:
    action: str
    resource: str
    context: Context = field(default_factory=dict[str, tuple[str, ...]])


def required_permissions(request: OperationRequest) -> list[RequiredPermission]:
    """`PolicyError` for an operation whose action the service authorization reference does not have."""
    if request.name in ALWAYS_ALLOWED:
        return []
    own = list(_own(request))
    return [*own, *_tagging(request, own), *_passing(request), *_linking(request), *_dependent(request)]


def _own(request: OperationRequest) -> Iterator[RequiredPermission]:
    started = starting(request.name, request.parameters, request.where)
    if started:
        for action, arn, tags in started:
            yield RequiredPermission(action, arn, _tag_context(tags))
        return
    requested = _tag_context(_requested_tags(request))
    for name in _actions(request):
        action = action_of(name)
        if action is None:
            raise PolicyError(f"{request.name} has no action in rehearsal/aws/iam")
        prefix = name.partition(":")[0]
        for arn in resources_of(prefix, request.operation, action, request.parameters, request.where):
            own = _tag_context(_tags_of_new(request, arn)) if request.service == "ec2" else requested
            yield RequiredPermission(name, arn, {**own, **_special(name, request.parameters)})


def _actions(request: OperationRequest) -> tuple[str, ...]:
    """To delete versions of objects is an action of its own (S3 API reference, DeleteObjects, 2026-11-30)."""
    names = ACTIONS.get(request.name, (request.name,))
    versions = ("VersionId", "Delete.Objects.VersionId")
    if names == ("s3:DeleteObject",) and any(values_at(request.parameters, path) for path in versions):
        return (*names, "s3:DeleteObjectVersion")
    return names


def _tagging(request: OperationRequest, own: list[RequiredPermission]) -> Iterator[RequiredPermission]:
    """Tags on creation."""
    if request.service == "ec2":
        yield from _tagging_ec2(request)
        return
    tags = _requested_tags(request)
    if not tags or "Tag" in request.operation:
        return
    requested = _tag_context(tags)
    if request.service == "iam":
        kind = request.operation.removeprefix("Create")
        name = f"iam:Tag{kind}"
    else:
        name = f"{request.prefix}:{TAGGING.get(request.prefix, '')}"
    action = action_of(name)
    if action is None or name in {each.action for each in own}:
        return
    forms = [services()[request.prefix].arns[each] for each in action.resources]
    tagged = [each.resource for each in own if any(is_of(each.resource, form) for form in forms)]
    for arn in dict.fromkeys(tagged) or ["*"]:
        yield RequiredPermission(name, arn, requested)


def _tagging_ec2(request: OperationRequest) -> Iterator[RequiredPermission]:
    if request.operation in ("CreateTags", "DeleteTags"):
        return
    where = request.where
    for each in request.parameters.get("TagSpecifications", []):
        tags = tags_in(each.get("Tags"))
        if not tags:
            continue
        arn = f"arn:aws:ec2:{where.region}:{where.account}:{each.get('ResourceType', '*')}/*"
        context = {**_tag_context(tags), "ec2:createaction": (request.operation,)}
        yield RequiredPermission("ec2:CreateTags", arn, context)


def _tags_of_new(request: OperationRequest, arn: str) -> dict[str, str]:
    """Tags that a request to EC2 puts on new or existing resources."""
    if request.operation in ("CreateTags", "DeleteTags"):
        return tags_in(request.parameters.get("Tags") or request.parameters.get("Tag"))
    kind = arn.rpartition(":")[2].partition("/")[0]
    for each in request.parameters.get("TagSpecifications", []):
        if arn.endswith("/*") and each.get("ResourceType") == kind:
            return tags_in(each.get("Tags"))
    return {}


def _passing(request: OperationRequest) -> Iterator[RequiredPermission]:
    given = request.parameters
    passed = [
        (arn, service)
        for path, service in PASSED.get(request.name, ())
        for arn in values_at(given, path)
        if arn.startswith("arn:")
    ]
    account = request.where.account
    if request.name == "iam:AddRoleToInstanceProfile":
        for name in values_at(given, "RoleName"):
            path = account_state.iam_path("Role", name, account)
            passed.append((f"arn:aws:iam::{account}:role{path}{name}", "ec2.amazonaws.com"))
    if request.name in ("ec2:RunInstances", "ec2:CreateFleet"):
        profiles = instance_profiles(given, request.where)
        roles = (account_state.profile_role(each, account) for each in profiles)
        passed += [(role, "ec2.amazonaws.com") for role in roles if role]
    for arn, service in passed:
        yield RequiredPermission("iam:PassRole", arn, {"iam:passedtoservice": (service,)})


def _linking(request: OperationRequest) -> Iterator[RequiredPermission]:
    for service in linked_roles_to_create(request):
        arn = linked_role(request.where.account, service)
        yield RequiredPermission("iam:CreateServiceLinkedRole", arn, {"iam:awsservicename": (service,)})


def linked_roles_to_create(request: OperationRequest) -> list[str]:
    """Services whose role an operation creates; EC2 creates that of Spot by the rights of its caller."""
    account = request.where.account
    spot = [SPOT] if asks_for_spot(request) and not has_linked_role(SPOT, account) else []
    return [*missing_linked_roles(request.name, request.parameters, account), *spot]


def _dependent(request: OperationRequest) -> Iterator[RequiredPermission]:
    for action, arn, context in dependent_actions(request.name, request.parameters, request.where):
        yield RequiredPermission(action, arn, context)
    launch = launch_by_caller(request.name, request.parameters)
    if launch is None:
        return
    template = account_state.launch_template(
        launch["LaunchTemplate"]["LaunchTemplateId"] or launch["LaunchTemplate"]["LaunchTemplateName"],
        str(launch["LaunchTemplate"].get("Version", "")),
        request.where.account,
        request.where.region,
    )
    tags = {"TagSpecifications": template.get("TagSpecifications", [])}
    run = OperationRequest("ec2", "RunInstances", {**launch, **tags}, request.where)
    yield from [*_own(run), *_tagging_ec2(run)]


def asks_for_spot(request: OperationRequest) -> bool:
    if request.name == "ec2:CreateFleet":
        kinds = values_at(request.parameters, "TargetCapacitySpecification.DefaultTargetCapacityType")
        return kinds == ["spot"]
    markets = values_at(request.parameters, "InstanceMarketOptions.MarketType")
    return request.name == "ec2:RunInstances" and markets == ["spot"]


def _requested_tags(request: OperationRequest) -> dict[str, str]:
    for name, value in request.parameters.items():
        if name.lower() in _TAGS:
            return tags_in(value)
    return {}


def _tag_context(tags: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    if not tags:
        return {}
    return {
        "aws:tagkeys": tuple(tags),
        **{f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()},
    }


def _special(action: str, given: Parameters) -> dict[str, tuple[str, ...]]:
    """Condition keys of single services, as the request fills them."""
    context: dict[str, tuple[str, ...]] = {}
    for path, key in _KEYS.get(action.partition(":")[0], {}).items():
        if values := values_at(given, path):
            context[key] = tuple(values)
    if action == "kms:CreateGrant":
        context.setdefault("kms:grantisforawsresource", ("false",))
    encryption = given.get("EncryptionContext")
    if isinstance(encryption, Mapping):
        pairs = {str(key): str(value) for key, value in encryption.items()}  # pyright: ignore
        context |= {f"kms:encryptioncontext:{key.lower()}": (value,) for key, value in pairs.items()}
        context["kms:encryptioncontextkeys"] = tuple(pairs)
    return context


_KEYS: Mapping[str, Mapping[str, str]] = {
    "iam": {
        "PolicyArn": "iam:policyarn",
        "PermissionsBoundary": "iam:permissionsboundary",
        "AWSServiceName": "iam:awsservicename",
    },
    "kms": {
        "GranteePrincipal": "kms:granteeprincipal",
        "RetiringPrincipal": "kms:retiringprincipal",
        "Operations": "kms:grantoperations",
    },
    "s3": {
        "Prefix": "s3:prefix",
        "Delimiter": "s3:delimiter",
        "ServerSideEncryption": "s3:x-amz-server-side-encryption",
        "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
    },
}
