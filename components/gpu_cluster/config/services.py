"""`gpu-cluster:services` of a team's stack: containers of its own that answer on a port."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt

from gpu_cluster.config.containers import Arguments, Environment, ImageReference, MountPath, ObjectName, Port
from gpu_cluster.config.names import Name
from gpu_cluster.config.quantity import Bytes, Quantity
from gpu_cluster.config.serving import ModelCache
from gpu_cluster.config.settings import Settings


class ServiceVolume(ModelCache):
    """A volume of a service: one of each replica, or one for all where its class can be mounted by many."""

    path: MountPath
    """Where it is mounted."""


class ServiceSettings(Settings):
    """A container that answers on a port, and how many there are of it."""

    image: ImageReference
    """Image with tag or digest; with eks `<team>/…` is a repository of the team's own."""

    pull_secret: ObjectName | None = None
    """Secret of the namespace with credentials of the image's registry. Default: none."""

    command: list[str] = Field(default=[])
    """Command of the container. Default: that of the image."""

    args: Arguments = Field(default=[])
    """Arguments of the command, a list or a map. Default: those of the image."""

    port: Port
    """Port that it answers on, 1024 or higher: nothing runs as root."""

    health: MountPath | None = None
    """HTTP path that answers while it works. Default: that the port is open."""

    replicas: Annotated[int, Field(ge=1, le=1000)] = 2
    """How many. Default: 2."""

    cpu: Quantity = "500m"
    """CPU of each replica. Default: 500m."""

    memory: Bytes = "512Mi"
    """Memory of each replica. Default: 512Mi."""

    pool: Name | None = None
    """Node pool; needed with gpus. Default: wherever there is room, on nodes without GPUs."""

    gpus: NonNegativeInt = 0
    """GPUs of each replica, as its pool offers them; on a shared pool 1 at most. Default: 0."""

    slice: str | None = None
    """MIG profile of each replica, where its pool has several. Default: the only one."""

    env: Environment = Field(default={})
    """Variables by name: text, or secret and key of a Secret in the namespace. Default: none."""

    volumes: dict[Name, ServiceVolume] = Field(default={})
    """Volumes by name. Default: none but /tmp."""

    stores: dict[Name, MountPath] = Field(default={})
    """Where it mounts stores of the environment, by their name. Default: none."""

    aws: bool = False
    """Whether it has the team's role on AWS: its prefixes in ECR and in the S3 stores. Default: false."""

    user: PositiveInt = 2000
    """Id of the user that it runs as. Default: 2000."""

    start_seconds: PositiveInt = 300
    """Seconds that it may take to start before it is restarted. Default: 300."""
