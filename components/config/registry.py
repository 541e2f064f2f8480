"""`gpu-cluster:registry`: where images come from."""

from components.config.names import Name
from components.config.quantity import Quantity
from components.config.settings import Settings


class InClusterRegistry(Settings):
    """A registry in the embedded cluster."""

    size: Quantity = "20Gi"
    """Size of its volume. Default: 20Gi."""

    storage_class: Name | None = None
    """Storage class of its volume. Default: the stack's default class."""


class RegistrySettings(Settings):
    in_cluster: InClusterRegistry | None = None
    """A registry inside the cluster; only with provider local, where it is the default."""

    mirror: str | None = None
    """Host and path that serves every image of the platform, such as harbor.example.com/mirror. Default: none."""
