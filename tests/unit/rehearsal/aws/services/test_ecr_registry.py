import json

import pytest

from rehearsal.aws.api import Api
from tests.unit.rehearsal.aws.services.life import Resource, make, mistakes
from tests.unit.rehearsal.aws.services.policies import policy, trust

RULE = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"
TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
FILTERS = [{"filter": "*", "filterType": "WILDCARD"}]


def test_a_cache_belongs_to_one_upstream(api: Api) -> None:
    rule = make(api, RULE, ecrRepositoryPrefix="unit/quay.io", upstreamRegistryUrl="quay.io")

    assert rule["registryId"] == "123456789012"
    assert rule.change(upstreamRegistryUrl="public.ecr.aws") == "replaced"
    rule.goes()


def test_a_prefix_is_spelt_as_ecr_wants_it(api: Api) -> None:
    (words,) = mistakes(api, RULE, ecrRepositoryPrefix="Unit", upstreamRegistryUrl="quay.io")

    assert words.startswith("ecrRepositoryPrefix: expected a text like")


def test_a_template_changes_in_place_and_goes_back_to_what_it_had(api: Api, key: Resource) -> None:
    role = make(api, "aws:iam/role:Role", assumeRolePolicy=trust("ecr.amazonaws.com"))
    template = make(
        api,
        TEMPLATE,
        prefix="unit/docker.io",
        appliedFors=["PULL_THROUGH_CACHE"],
        customRoleArn=role["arn"],
        encryptionConfigurations=[{"encryptionType": "KMS", "kmsKey": key["arn"]}],
        imageTagMutability="IMMUTABLE",
        lifecyclePolicy=json.dumps({"rules": []}),
        resourceTags={"use": "test"},
    )

    assert template.change(imageTagMutability=None, resourceTags=None, lifecyclePolicy=None) == "updated"
    assert template["imageTagMutability"] == "MUTABLE"
    assert template.change(prefix="unit/ghcr.io") == "replaced"
    template.goes()


@pytest.mark.parametrize(
    ("type", "before", "after"),
    [
        (
            "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
            {
                "scanType": "ENHANCED",
                "rules": [{"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": FILTERS}],
            },
            {
                "scanType": "BASIC",
                "rules": [{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": FILTERS}],
            },
        ),
        (
            "aws:ecr/replicationConfiguration:ReplicationConfiguration",
            {
                "replicationConfiguration": {
                    "rules": [{"destinations": [{"region": "eu-west-1", "registryId": "123456789012"}]}]
                }
            },
            {
                "replicationConfiguration": {
                    "rules": [{"destinations": [{"region": "eu-west-3", "registryId": "123456789012"}]}]
                }
            },
        ),
    ],
)
def test_what_a_registry_has_once_is_put_again(
    api: Api, type: str, before: dict[str, object], after: dict[str, object]
) -> None:
    made = make(api, type, **before)

    assert made.change(**after) == "updated"
    made.goes()


def test_a_repository_says_who_may_pull(api: Api) -> None:
    repository = make(api, "aws:ecr/repository:Repository")
    own = make(
        api,
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        repository=repository.id,
        policy=policy("ecr:BatchGetImage"),
    )

    assert own.change(policy=policy("ecr:ListImages")) == "updated"
    assert own.change(repository="other") == "replaced"
    own.goes()
