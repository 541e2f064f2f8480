"""Pull-through caches of ECR, and templates for the repositories that ECR creates."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document, InMemoryStore
from gpu_cluster_tools.rehearsal.aws.router import ApiCall, Operation

_UPSTREAMS = {
    r"public\.ecr\.aws": "ecr-public",
    r"quay\.io": "quay",
    r"registry\.k8s\.io": "k8s",
    r"registry-1\.docker\.io": "docker-hub",
    r"ghcr\.io": "github-container-registry",
    r"[a-z0-9]+\.azurecr\.(io|us|cn)": "azure-container-registry",
    r"registry\.gitlab\.com": "gitlab-container-registry",
    r"cgr\.dev": "chainguard",
    r"\d{12}\.dkr\.ecr\.[-a-z0-9]+\.amazonaws\.com": "ecr",
}
"""ECR's name of each upstream registry. Source: ECR API reference, CreatePullThroughCacheRule, 2026-08-22."""

_WITH_SECRET = {
    "docker-hub",
    "github-container-registry",
    "azure-container-registry",
    "gitlab-container-registry",
    "chainguard",
}
"""Upstreams for which ECR requires credentials. Source: as above."""

_TEMPLATE = (
    "description",
    "encryptionConfiguration",
    "resourceTags",
    "imageTagMutability",
    "imageTagMutabilityExclusionFilters",
    "repositoryPolicy",
    "lifecyclePolicy",
    "appliedFor",
    "customRoleArn",
)

_RULES = InMemoryStore(
    lambda prefix: ApiError(
        "PullThroughCacheRuleNotFoundException",
        f"The pull through cache rule with ECR repository prefix '{prefix}' does not exist in the registry "
        f"with id '{identity.account()}'",
    )
)
_TEMPLATES = InMemoryStore(
    lambda prefix: ApiError(
        "TemplateNotFoundException", f"The repository creation template with prefix '{prefix}' does not exist"
    )
)


def _create_rule(call: ApiCall) -> Document:
    given, region = call.parameters, call.api.region
    prefix: str = given["ecrRepositoryPrefix"]
    if _RULES.has(region, prefix):
        raise ApiError(
            "PullThroughCacheRuleAlreadyExistsException",
            f"The pull through cache rule with ECR repository prefix '{prefix}' already exists",
        )
    upstream = _upstream(given["upstreamRegistryUrl"])
    if upstream in _WITH_SECRET and "credentialArn" not in given:
        raise ApiError("InvalidParameterException", f"Upstream registry {upstream} requires a credentialArn")
    _require_secret(call.api, given.get("credentialArn"))
    _require_role(call.api, given.get("customRoleArn"))
    times = {"createdAt": _now(), "updatedAt": _now()}
    rule = dict(given) | {"registryId": identity.account(), "upstreamRegistry": upstream} | times
    return _RULES.put(region, prefix, rule)


def _describe_rules(call: ApiCall) -> Document:
    rules = _RULES.chosen(call.api.region, call.parameters.get("ecrRepositoryPrefixes"))
    return {"pullThroughCacheRules": rules}


def _update_rule(call: ApiCall) -> Document:
    rule = _RULES.get(call.api.region, call.parameters["ecrRepositoryPrefix"])
    _require_secret(call.api, call.parameters.get("credentialArn"))
    _require_role(call.api, call.parameters.get("customRoleArn"))
    rule |= {**call.parameters, "updatedAt": _now()}
    return rule


def _delete_rule(call: ApiCall) -> Document:
    return _RULES.take(call.api.region, call.parameters["ecrRepositoryPrefix"])


def _create_template(call: ApiCall) -> Document:
    prefix: str = call.parameters["prefix"]
    if _TEMPLATES.has(call.api.region, prefix):
        raise ApiError(
            "TemplateAlreadyExistsException",
            f"The repository creation template with prefix '{prefix}' already exists in the registry",
        )
    _require_template(call)
    template: Document = {
        "encryptionConfiguration": {"encryptionType": "AES256"},
        "imageTagMutability": "MUTABLE",
        "createdAt": _now(),
    }
    return _written(call, template | dict(call.parameters))


def _describe_templates(call: ApiCall) -> Document:
    found = _TEMPLATES.chosen(call.api.region, call.parameters.get("prefixes"))
    return {"registryId": identity.account(), "repositoryCreationTemplates": found}


def _update_template(call: ApiCall) -> Document:
    template = _TEMPLATES.get(call.api.region, call.parameters["prefix"])
    _require_template(call)
    return _written(
        call, template | {name: call.parameters[name] for name in _TEMPLATE if name in call.parameters}
    )


def _delete_template(call: ApiCall) -> Document:
    template = _TEMPLATES.take(call.api.region, call.parameters["prefix"])
    return {"registryId": identity.account(), "repositoryCreationTemplate": template}


def _written(call: ApiCall, template: Document) -> Document:
    kept = _TEMPLATES.put(call.api.region, template["prefix"], template | {"updatedAt": _now()})
    return {"registryId": identity.account(), "repositoryCreationTemplate": kept}


def _upstream(url: str) -> str:
    for pattern, name in _UPSTREAMS.items():
        if re.fullmatch(rf"(https://)?{pattern}/?", url):
            return name
    raise ApiError(
        "UnsupportedUpstreamRegistryException", f"The specified upstream registry '{url}' is not supported"
    )


def _require_secret(api: Api, arn: str | None) -> None:
    if arn is None:
        return
    try:
        name = arn.rpartition(":secret:")[2]
        # By its name: the account itself chooses the six characters that end an ARN.
        api.call("secretsmanager", "DescribeSecret", SecretId=name.rpartition("-")[0])
    except ApiError as error:
        raise ApiError("SecretNotFoundException", f"The ARN of the secret {arn} was not found") from error


def _require_template(call: ApiCall) -> None:
    given = call.parameters
    encryption = given.get("encryptionConfiguration", {})
    if key := encryption.get("kmsKey"):
        call.api.call("kms", "DescribeKey", KeyId=key)
    encrypts = encryption.get("encryptionType", "AES256") != "AES256"
    if (encrypts or given.get("resourceTags")) and "customRoleArn" not in given:
        raise ApiError(
            "InvalidParameterException", "Resource tags and encryption by KMS need a customRoleArn"
        )
    _require_role(call.api, given.get("customRoleArn"))


def _require_role(api: Api, arn: str | None) -> None:
    if arn is None or ":role/aws-service-role/" in arn:
        return
    try:
        api.call("iam", "GetRole", RoleName=arn.rpartition("/")[2])
    except ApiError as error:
        raise ApiError("InvalidParameterException", f"The custom role {arn} does not exist") from error


def _now() -> datetime:
    return datetime.now(UTC)


OPERATIONS: Mapping[str, Operation] = {
    "CreatePullThroughCacheRule": _create_rule,
    "DescribePullThroughCacheRules": _describe_rules,
    "UpdatePullThroughCacheRule": _update_rule,
    "DeletePullThroughCacheRule": _delete_rule,
    "CreateRepositoryCreationTemplate": _create_template,
    "DescribeRepositoryCreationTemplates": _describe_templates,
    "UpdateRepositoryCreationTemplate": _update_template,
    "DeleteRepositoryCreationTemplate": _delete_template,
}
