import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError

LOST_KEY = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"


def rule(api: Api, prefix: str, upstream: str, **more: str) -> None:
    api.call(
        "ecr",
        "CreatePullThroughCacheRule",
        ecrRepositoryPrefix=prefix,
        upstreamRegistryUrl=upstream,
        **more,
    )


def test_duplicate_repository_prefix_is_refused(api: Api) -> None:
    rule(api, "once/quay.io", "quay.io")

    with pytest.raises(ApiError, match="PullThroughCacheRuleAlreadyExistsException"):
        rule(api, "once/quay.io", "registry.k8s.io")


@pytest.mark.parametrize(
    ("upstream", "more", "words"),
    [
        ("nvcr.io", {}, "UnsupportedUpstreamRegistryException"),
        ("registry-1.docker.io", {}, "docker-hub requires a credentialArn"),
        ("ghcr.io", {"credentialArn": "ecr-pullthroughcache/lost-abcdef"}, "SecretNotFoundException"),
    ],
)
def test_unsupported_upstream_or_credential_is_refused(
    api: Api, upstream: str, more: dict[str, str], words: str
) -> None:
    home = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:"
    with pytest.raises(ApiError, match=words):
        rule(api, "never/here", upstream, **{name: home + value for name, value in more.items()})


def test_upstream_with_a_secret_is_accepted(api: Api) -> None:
    name = "ecr-pullthroughcache/ghcr"
    secret = api.call("secretsmanager", "CreateSecret", Name=name, SecretString="emulated")

    rule(api, "with/ghcr.io", "ghcr.io", credentialArn=secret["ARN"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"resourceTags": [{"Key": "a", "Value": "b"}]}, "need a customRoleArn"),
        ({"customRoleArn": "arn:aws:iam::123456789012:role/lost"}, "does not exist"),
        (
            {"encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": LOST_KEY}},
            "NotFoundException",
        ),
    ],
)
def test_invalid_creation_template_is_refused(api: Api, given: dict[str, object], words: str) -> None:
    with pytest.raises(ApiError, match=words):
        api.call("ecr", "CreateRepositoryCreationTemplate", prefix="x", appliedFor=["REPLICATION"], **given)
