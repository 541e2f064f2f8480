"""`gpu-cluster:services` of a team's stack: containers of its own that answer on a port."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt

from gpu_cluster.config.names import Name
from gpu_cluster.config.quantity import Bytes, Quantity
from gpu_cluster.config.serving import ModelCache
from gpu_cluster.config.settings import Settings
from gpu_cluster.config.spelling import Spelled

_HOST = r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d{1,5})?/)?"
_PATH = r"[a-z0-9]+([._/-]+[a-z0-9]+)*"
_DIGEST = r"@sha256:[0-9a-f]{64}"

ImageReference = Annotated[
    str,
    Spelled(
        rf"{_HOST}{_PATH}(:(?!latest(@|$))[A-Za-z0-9_][-A-Za-z0-9_.]{{0,127}}({_DIGEST})?|{_DIGEST})",
        "an image with a tag other than latest, or a digest, such as quay.io/org/app:1.4.2",
    ),
]

EnvName = Annotated[str, Spelled(r"[A-Za-z_][A-Za-z0-9_]{0,127}", "letters, digits and _, no digit first")]

MountPath = Annotated[str, Spelled(r"(/[-\w.]+)+", "an absolute path such as /var/lib/app")]


class ServiceVolume(ModelCache):
    """A volume of a service: one of each replica, or one for all where its class can be mounted by many."""

    path: MountPath
    """Where it is mounted."""


class ServiceSettings(Settings):
    """A container that answers on a port, and how many there are of it."""

    image: ImageReference
    """Image with tag or digest; with eks `<team>/…` is a repository of the team's own."""

    port: Annotated[int, Field(ge=1024, le=65535)]
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

    env: dict[EnvName, str] = Field(default={})
    """Variables by name; nothing secret. Default: none."""

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
