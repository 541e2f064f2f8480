"""The stack file as one model: every section with its defaults."""

from pydantic import Field

from components.config.cluster import ClusterSettings
from components.config.gpu import GpuSettings
from components.config.names import Name
from components.config.pools import PoolSettings
from components.config.registry import RegistrySettings
from components.config.serving import ServingSettings
from components.config.settings import Settings
from components.config.storage import StorageClassSettings


class Stack(Settings):
    """Everything that a stack file says."""

    cluster: ClusterSettings
    """Where the platform runs."""

    pools: dict[Name, PoolSettings] = Field(json_schema_extra={"minProperties": 1})
    """Node pools by name."""

    gpu: GpuSettings = GpuSettings()
    """What makes GPUs visible to the scheduler."""

    registry: RegistrySettings = RegistrySettings()
    """Where images come from."""

    storage: dict[Name, StorageClassSettings] = Field(default={})
    """Storage classes by name."""

    serving: ServingSettings = ServingSettings()
    """The models that are served, and who may call them."""
