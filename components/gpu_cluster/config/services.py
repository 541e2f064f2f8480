"""`gpu-cluster:services` of a team's stack: containers that serve a port."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt

from gpu_cluster.config.containers import Arguments, Environment, ImageReference, MountPath, ObjectName, Port
from gpu_cluster.config.model_options import ModelCache
from gpu_cluster.config.names import Name
from gpu_cluster.config.quantity import Bytes, Quantity
from gpu_cluster.config.section import Settings


class ServiceVolume(ModelCache):
    """Volume of a service: one per replica, or a shared one if its storage class is ReadWriteMany."""

    path: MountPath
    """Mount path."""


class ServiceSettings(Settings):
    """Container that serves a port, and its replicas."""

    image: ImageReference
    """Image with tag or digest; with eks, `<team>/…` is a repository of the team."""

    pull_secret: ObjectName | None = None
    """Image pull secret in the namespace. Default: none."""

    command: list[str] = Field(default=[])
    """Command of the container. Default: the image's."""

    args: Arguments = Field(default=[])
    """Arguments, as a list or a map. Default: the image's."""

    port: Port
    """Container port, 1024 or higher, because containers do not run as root."""

    health: MountPath | None = None
    """HTTP path of the health probe. Default: none, TCP check of the port."""

    replicas: Annotated[int, Field(ge=1, le=1000)] = 2
    """Number of replicas. Default: 2."""

    cpu: Quantity = "500m"
    """CPU of each replica. Default: 500m."""

    memory: Bytes = "512Mi"
    """Memory of each replica. Default: 512Mi."""

    pool: Name | None = None
    """Node pool; required with gpus. Default: any pool without GPUs."""

    gpus: NonNegativeInt = 0
    """GPUs per replica; at most 1 on a pool with shared GPUs. Default: 0."""

    slice: str | None = None
    """MIG profile per replica; required if the pool has several. Default: the only profile."""

    env: Environment = Field(default={})
    """Environment variables by name: text, or secret and key. Default: none."""

    volumes: dict[Name, ServiceVolume] = Field(default={})
    """Volumes by name. Default: none; /tmp is always writable."""

    stores: dict[Name, MountPath] = Field(default={})
    """Mount paths of the environment's stores by name. Default: none."""

    aws: bool = False
    """Use the team's IAM role, for its prefixes in ECR and S3 stores. Default: false."""

    user: PositiveInt = 2000
    """User ID of the container. Default: 2000."""

    start_seconds: PositiveInt = 300
    """Startup timeout in seconds before a restart. Default: 300."""
