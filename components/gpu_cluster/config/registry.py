"""`gpu-cluster:registry`: where images come from, and how long they are kept."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from gpu_cluster.config.names import Name, NonBlank
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.quantity import Bytes
from gpu_cluster.config.secret import Secret
from gpu_cluster.config.settings import Settings

Mirror = Annotated[
    str,
    Pattern(
        r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]([-a-z0-9._]*[a-z0-9])?)*",
        "host[:port][/path] without a scheme, such as harbor.example.com/mirror",
    ),
]
"""Where a registry keeps copies of other registries' images."""

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
        "a path of lower-case letters and digits with . _ - between them, such as vision/train",
    ),
]

Prefix = Annotated[
    str,
    Pattern(
        rf"(?=.{{1,14}}$){_PART}",
        "at most 14 lower-case letters and digits with . _ - between them, such as dev",
    ),
]
"""ECR takes 30 characters in front of cached repositories, and registry.k8s.io has 15 of them."""

SecretArn = Annotated[
    str,
    Pattern(
        r"arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:ecr-pullthroughcache/[-\w/+=.@]+",
        "the ARN of a secret whose name begins with ecr-pullthroughcache/, such as"
        " arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/docker-hub-x7Kd2p",
    ),
]

RepositoryUser = Annotated[
    str,
    Pattern(
        r"\d{12}|arn:aws:iam::\d{12}:(role|user)/[-\w+=,.@/]+",
        'an AWS account such as "123456789012", or the ARN of a role or user',
    ),
]


class UpstreamName(StrEnum):
    """A public registry whose images the pull-through cache of ECR keeps."""

    DOCKER_HUB = "docker-hub"
    ECR_PUBLIC = "ecr-public"
    GHCR = "ghcr"
    K8S = "k8s"
    QUAY = "quay"


class RepositorySettings(Settings):
    """A repository for images of one's own."""

    keep_images: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Images that are kept, the newest. Default: keepImages of the registry."""

    readers: frozenset[RepositoryUser] = frozenset()
    """Other accounts, roles and users that may pull. Default: what IAM allows within the account."""

    writers: frozenset[RepositoryUser] = frozenset()
    """Other accounts, roles and users that may pull and push. Default: what IAM allows within the account."""


class InClusterRegistry(Settings):
    """A registry in the embedded cluster."""

    size: Bytes = "20Gi"
    """Size of its volume. Default: 20Gi."""

    storage_class: Name | None = None
    """Storage class of its volume. Default: the stack's default class."""


class RegistryLogin(Settings):
    """A user of a mirror who may pull. Each namespace has it as the Secret registry-login."""

    user: NonBlank
    """Name of the user or robot account, such as robot$gpu-cluster."""

    password: Secret
    """Password or token, by `pulumi config set --path --secret gpu-cluster:registry.login.password`."""


class RegistrySettings(Settings):
    """Where images come from."""

    in_cluster: InClusterRegistry | None = None
    """A registry inside the cluster; only with provider local. Default: there one of 20Gi."""

    mirror: Mirror | None = None
    """Where every image comes from, such as harbor.example.com/mirror. Default: ECR with eks, else none."""

    login: RegistryLogin | None = None
    """User that nodes pull with, where mirror asks for one. Default: none."""

    charts: Charts | None = None
    """Charts of Karpenter and Envoy Gateway: oci:// or a folder. Default: mirror, else their publishers."""

    prefix: Prefix | None = None
    """Path of all repositories in ECR, where environments share an account; eks only. Default: none."""

    mirrors: frozenset[UpstreamName] | None = None
    """docker-hub, ecr-public, ghcr, k8s, quay: cached by ECR; eks only. Default: ecr-public, k8s and quay."""

    credentials: dict[UpstreamName, SecretArn] = Field(default={})
    """Secret with user name and access token, which docker-hub and ghcr need; eks only. Default: none."""

    repositories: dict[RepositoryName, RepositorySettings] = Field(default={})
    """Repositories for images of one's own by name; eks only. Default: none."""

    keep_images: Annotated[int, Field(ge=1, le=1000)] = 30
    """Images that are kept in each repository of ECR, the newest; eks only. Default: 30."""

    untagged_days: Annotated[int, Field(ge=1, le=365)] = 7
    """Days that images without a tag stay in repositories of one's own; eks only. Default: 7."""

    scanning: Literal["enhanced", "basic"] = "enhanced"
    """enhanced: Amazon Inspector, again and again; basic: once, on push; eks only. Default: enhanced."""

    replicate: frozenset[NonBlank] = frozenset()
    """Other regions that get a copy of the account's own repositories; eks only. Default: none."""
