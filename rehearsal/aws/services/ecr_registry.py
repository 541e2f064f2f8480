"""What holds for a whole registry of ECR: its caches, templates, scanning, replication and policies."""

from typing import Any

from rehearsal.aws import identity
from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, Inputs, Kind, State
from rehearsal.aws.services.ecr import encryption

_NO_SCANNING: Answer = {"scanType": "BASIC", "rules": []}
_CHANGEABLE = (
    "appliedFors",
    "customRoleArn",
    "description",
    "encryptionConfigurations",
    "imageTagMutability",
    "imageTagMutabilityExclusionFilters",
    "lifecyclePolicy",
    "repositoryPolicy",
    "resourceTags",
)
_STANDARD: Inputs = {
    "description": "",
    "encryptionConfigurations": [{"encryptionType": "AES256"}],
    "imageTagMutability": "MUTABLE",
    "lifecyclePolicy": "",
    "repositoryPolicy": "",
    "resourceTags": {},
}
"""What a template has where its program says nothing."""


def _call(api: Api, operation: str, **arguments: Any) -> Answer:
    return api.call("ecr", operation, **arguments)


def _read_rule(api: Api, id: str, _state: State) -> Answer | None:
    return _call(api, "DescribePullThroughCacheRules", ecrRepositoryPrefixes=[id])["pullThroughCacheRules"][0]


def _set_access(api: Api, id: str, inputs: Inputs) -> None:
    given = {name: inputs[name] for name in ("credentialArn", "customRoleArn") if name in inputs}
    _call(api, "UpdatePullThroughCacheRule", ecrRepositoryPrefix=id, **given)


def _set_template(api: Api, id: str, inputs: Inputs) -> None:
    wanted = {**_STANDARD, **inputs, "prefix": id}
    _call(api, "UpdateRepositoryCreationTemplate", **_TEMPLATE.arguments(wanted))


def _read_template(api: Api, id: str, _state: State) -> Answer | None:
    found = _call(api, "DescribeRepositoryCreationTemplates", prefixes=[id])
    template = found["repositoryCreationTemplates"][0]
    return template | {
        "registryId": found["registryId"],
        "encryptionConfigurations": [template["encryptionConfiguration"]],
    }


def _read_scanning(api: Api, id: str, _state: State) -> Answer | None:
    found = _call(api, "GetRegistryScanningConfiguration")["scanningConfiguration"]
    return {"registryId": id, **found} if found != _NO_SCANNING else None


def _delete_scanning(api: Api, _id: str, _state: State) -> None:
    _call(api, "PutRegistryScanningConfiguration", **_NO_SCANNING)


def _read_replication(api: Api, id: str, _state: State) -> Answer | None:
    found = _call(api, "DescribeRegistry")["replicationConfiguration"]
    return {"registryId": id, "replicationConfiguration": found} if found.get("rules") else None


def _delete_replication(api: Api, _id: str, _state: State) -> None:
    _call(api, "PutReplicationConfiguration", replicationConfiguration={"rules": []})


def _read_repository_policy(api: Api, id: str, _state: State) -> Answer | None:
    found = _call(api, "GetRepositoryPolicy", repositoryName=id)
    return {"repository": id, "registryId": found["registryId"], "policy": found["policyText"]}


def _read_registry_policy(api: Api, _id: str, _state: State) -> Answer | None:
    found = _call(api, "GetRegistryPolicy")
    return {"registryId": found["registryId"], "policy": found["policyText"]}


_RULE = Kind(
    type="aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
    service="ecr",
    create="CreatePullThroughCacheRule",
    identify=lambda inputs, _answer: inputs["ecrRepositoryPrefix"],
    read=_read_rule,
    delete=lambda api, id, _state: _call(api, "DeletePullThroughCacheRule", ecrRepositoryPrefix=id),
    setters={"credentialArn": _set_access, "customRoleArn": _set_access},
)
_TEMPLATE = Kind(
    type="aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
    service="ecr",
    create="CreateRepositoryCreationTemplate",
    identify=lambda inputs, _answer: inputs["prefix"],
    read=_read_template,
    delete=lambda api, id, _state: _call(api, "DeleteRepositoryCreationTemplate", prefix=id),
    renames={"appliedFors": "appliedFor"},
    shape=encryption,
    shaped=frozenset({"encryptionConfigurations"}),
    setters=dict.fromkeys(_CHANGEABLE, _set_template),
    documents=frozenset({"lifecyclePolicy", "repositoryPolicy"}),
)
KINDS = (
    _RULE,
    _TEMPLATE,
    Kind(
        type="aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        service="ecr",
        create="PutRegistryScanningConfiguration",
        identify=lambda _inputs, _answer: identity.account(),
        read=_read_scanning,
        delete=_delete_scanning,
        puts=frozenset(),
    ),
    Kind(
        type="aws:ecr/replicationConfiguration:ReplicationConfiguration",
        service="ecr",
        create="PutReplicationConfiguration",
        identify=lambda _inputs, _answer: identity.account(),
        read=_read_replication,
        delete=_delete_replication,
        puts=frozenset(),
    ),
    Kind(
        type="aws:ecr/repositoryPolicy:RepositoryPolicy",
        service="ecr",
        create="SetRepositoryPolicy",
        identify=lambda inputs, _answer: inputs["repository"],
        read=_read_repository_policy,
        delete=lambda api, id, _state: _call(api, "DeleteRepositoryPolicy", repositoryName=id),
        renames={"repository": "repositoryName", "policy": "policyText"},
        puts=frozenset({"repository"}),
        documents=frozenset({"policy"}),
    ),
    Kind(
        type="aws:ecr/registryPolicy:RegistryPolicy",
        service="ecr",
        create="PutRegistryPolicy",
        identify=lambda _inputs, answer: answer["registryId"],
        read=_read_registry_policy,
        delete=lambda api, _id, _state: _call(api, "DeleteRegistryPolicy"),
        renames={"policy": "policyText"},
        puts=frozenset(),
        documents=frozenset({"policy"}),
    ),
)
