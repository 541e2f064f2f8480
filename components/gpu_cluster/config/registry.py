"""`gpu-cluster:registry`: image registries and retention."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from gpu_cluster.config.names import Name, NonBlank
from gpu_cluster.config.partition import ARN
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.quantity import Bytes
from gpu_cluster.config.secret import Secret
from gpu_cluster.config.section import Settings

Mirror = Annotated[
    str,
    Pattern(
        r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]([-a-z0-9._]*[a-z0-9])?)*",
        "host[:port][/path] without a scheme, such as harbor.example.com/mirror",
    ),
]
"""Mirror address prefix for images of other registries."""

Charts = Annotated[
    str,
    Pattern(
        r"oci://\S*[^\s/]|/\S*[^\s/]",
        "an address such as oci://harbor.example.com/charts, or the absolute path of a folder",
    ),
]

_PART = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"

RepositoryName = Annotated[
    str,
    Pattern(
        rf"(?=.{{2,200}}$){_PART}(/{_PART})*",
        "a path of lower-case letters and digits, separated by . _ - or /, such as vision/train",
    ),
]

Prefix = Annotated[
    str,
    Pattern(
        rf"(?=.{{1,14}}$){_PART}",
        "at most 14 lower-case letters and digits, separated by . _ or -, such as dev",
    ),
]
"""ECR allows 30 characters for a cache prefix, of which registry.k8s.io takes 15."""

SecretArn = Annotated[
    str,
    Pattern(
        rf"{ARN}:secretsmanager:[a-z0-9-]+:\d{{12}}:secret:ecr-pullthroughcache/[-\w/+=.@]+",
        "the ARN of a secret with the name prefix ecr-pullthroughcache/, such as"
        " arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/docker-hub-x7Kd2p",
    ),
]

RepositoryUser = Annotated[
    str,
    Pattern(
        rf"\d{{12}}|{ARN}:iam::\d{{12}}:(role|user)/[-\w+=,.@/]+",
        'an AWS account such as "123456789012", or the ARN of a role or user',
    ),
]


class UpstreamName(StrEnum):
    """Upstream registry of an ECR pull-through cache."""

    DOCKER_HUB = "docker-hub"
    ECR_PUBLIC = "ecr-public"
    GHCR = "ghcr"
    K8S = "k8s"
    QUAY = "quay"


class RepositorySettings(Settings):
    """ECR repository."""

    keep_images: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Number of newest images to keep. Default: keepImages of the registry."""

    readers: frozenset[RepositoryUser] = frozenset()
    """Other accounts, roles and users that may pull. Default: none; IAM decides within the account."""

    writers: frozenset[RepositoryUser] = frozenset()
    """Other accounts, roles and users that may pull and push. Default: none."""


class InClusterRegistry(Settings):
    """Registry in the local cluster."""

    size: Bytes = "20Gi"
    """Size of the volume. Default: 20Gi."""

    storage_class: Name | None = None
    """Storage class of the volume. Default: the stack's default class."""


class RegistryLogin(Settings):
    """Credentials to pull from a mirror, copied to each namespace as Secret registry-login."""

    user: NonBlank
    """User name or robot account, such as robot$gpu-cluster."""

    password: Secret
    """Password, set with `pulumi config set --path --secret gpu-cluster:registry.login.password`."""


class RegistrySettings(Settings):
    """Image registries and retention."""

    in_cluster: InClusterRegistry | None = None
    """Registry in the cluster; only with provider local. Default: one of 20Gi with local."""

    mirror: Mirror | None = None
    """Mirror for all images, such as harbor.example.com/mirror. Default: ECR with eks, else none."""

    login: RegistryLogin | None = None
    """Pull credentials of mirror. Default: none."""

    charts: Charts | None = None
    """Source of platform charts: oci:// or a folder. Default: mirror, else the publishers."""

    prefix: Prefix | None = None
    """Prefix of ECR repositories, for environments that share an account; eks only. Default: none."""

    mirrors: frozenset[UpstreamName] | None = None
    """Caches: docker-hub, ecr-public, ghcr, k8s, quay; eks only. Default: ecr-public, k8s, quay."""

    credentials: dict[UpstreamName, SecretArn] = Field(default={})
    """ARN of the credentials secret by cache, required for docker-hub and ghcr; eks only. Default: none."""

    repositories: dict[RepositoryName, RepositorySettings] = Field(default={})
    """ECR repositories by name; eks only. Default: none."""

    keep_images: Annotated[int, Field(ge=1, le=1000)] = 30
    """Number of newest images to keep in each ECR repository; eks only. Default: 30."""

    untagged_days: Annotated[int, Field(ge=1, le=365)] = 7
    """Days to keep untagged images in repositories; eks only. Default: 7."""

    scanning: Literal["enhanced", "basic"] = "enhanced"
    """Image scanning: enhanced (Inspector, continuous) or basic (on push); eks only. Default: enhanced."""

    replicate: frozenset[NonBlank] = frozenset()
    """Regions to replicate repositories to; eks only. Default: none."""
