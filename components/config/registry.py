"""`gpu-cluster:registry`: where images come from."""

from typing import Annotated

from components.config.names import Name
from components.config.quantity import Bytes
from components.config.settings import Settings
from components.config.spelling import Spelled

Mirror = Annotated[
    str,
    Spelled(
        r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]([-a-z0-9._]*[a-z0-9])?)*",
        "host[:port][/path] without a scheme, such as harbor.example.com/mirror",
    ),
]
"""Where a registry keeps copies of other registries' images."""


class InClusterRegistry(Settings):
    """A registry in the embedded cluster."""

    size: Bytes = "20Gi"
    """Size of its volume. Default: 20Gi."""

    storage_class: Name | None = None
    """Storage class of its volume. Default: the stack's default class."""


class RegistrySettings(Settings):
    """Where images come from."""

    in_cluster: InClusterRegistry | None = None
    """A registry inside the cluster; only with provider local. Default: there one of 20Gi."""

    mirror: Mirror | None = None
    """Where every image of the platform comes from, such as harbor.example.com/mirror. Default: none."""
