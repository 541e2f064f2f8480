"""The container of a replica: its server, probes and volumes."""

from pulumi_kubernetes.core import v1 as core

from gpu_cluster.capacity import Pool, Request
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.kubernetes.environment_variables import variables
from gpu_cluster.kubernetes.security import restricted_container
from gpu_cluster.kubernetes.serving import hub_token, quantities
from gpu_cluster.kubernetes.serving.multi_node_server import address, interfaces
from gpu_cluster.kubernetes.serving.server import SCRATCH, SHM, WEIGHTS, Server

_PRE_STOP_SECONDS = 15
_MARGIN_SECONDS = 15
_STARTUP_PERIOD_SECONDS = 10


def container(
    server: Server, settings: ModelSettings, pool: Pool, request: Request, image: str, *, token: bool
) -> core.ContainerArgs:
    """`token`: that of the model hub is in the namespace's secret."""
    ready = core.HTTPGetActionArgs(path=server.ready, port="http")
    live = core.HTTPGetActionArgs(path=server.live, port="http")
    attempts = -(-settings.load_minutes * 60 // _STARTUP_PERIOD_SECONDS)
    return core.ContainerArgs(
        name=server.name,
        image=image,
        command=server.command or None,
        args=server.arguments or None,
        env=[
            *(address(settings) if settings.nodes > 1 else []),
            *_environment(server, settings, token=token),
        ],
        ports=_ports(server),
        # Until the weights are loaded only this probe counts.
        startup_probe=core.ProbeArgs(
            http_get=ready, period_seconds=_STARTUP_PERIOD_SECONDS, failure_threshold=attempts
        ),
        readiness_probe=core.ProbeArgs(http_get=ready, period_seconds=5, timeout_seconds=5),
        liveness_probe=core.ProbeArgs(
            http_get=live, period_seconds=10, timeout_seconds=10, failure_threshold=6
        ),
        # Endpoints forget the pod before it stops taking requests.
        lifecycle=core.LifecycleArgs(
            pre_stop=core.LifecycleHandlerArgs(sleep=core.SleepActionArgs(seconds=_PRE_STOP_SECONDS))
        ),
        resources=_resources(settings, pool, request),
        security_context=restricted_container(),
        volume_mounts=_volume_mounts(server, settings, pool),
    )


def worker(
    server: Server, settings: ModelSettings, pool: Pool, request: Request, image: str, *, token: bool
) -> core.ContainerArgs:
    """Container on a further node of a replica, without ports and probes, because it receives no requests.

    It stops last, because requests of the leader run on its GPUs.
    """
    seconds = grace_seconds(settings) - _MARGIN_SECONDS
    return core.ContainerArgs(
        name=server.name,
        image=image,
        command=server.command or None,
        args=server.arguments or None,
        env=[*address(settings), *_environment(server, settings, token=token)],
        lifecycle=core.LifecycleArgs(
            pre_stop=core.LifecycleHandlerArgs(sleep=core.SleepActionArgs(seconds=seconds))
        ),
        resources=_resources(settings, pool, request),
        security_context=restricted_container(),
        volume_mounts=_volume_mounts(server, settings, pool),
    )


def grace_seconds(settings: ModelSettings) -> int:
    """Termination grace period of a replica: endpoint removal, running requests, and a margin."""
    return _PRE_STOP_SECONDS + settings.drain_seconds + _MARGIN_SECONDS


def volumes(settings: ModelSettings, pool: Pool, weights: core.VolumeArgs | None) -> list[core.VolumeArgs]:
    """Mounts of the container: `weights`, and writable volumes."""
    scratch = core.VolumeArgs(name="scratch", empty_dir=core.EmptyDirVolumeSourceArgs(size_limit="10Gi"))
    shm = core.VolumeArgs(
        name="shm",
        empty_dir=core.EmptyDirVolumeSourceArgs(medium="Memory", size_limit=f"{2 * settings.gpus}Gi"),
    )
    return [*([weights] if weights else []), scratch, *([shm] if _has_shm(pool) else [])]


def _resources(settings: ModelSettings, pool: Pool, request: Request) -> core.ResourceRequirementsArgs:
    """Over several nodes the replica has the EFA interfaces of its nodes too."""
    fabric = interfaces(pool) if settings.nodes > 1 else {}
    return core.ResourceRequirementsArgs(
        requests=quantities.requests(request) | fabric, limits=quantities.limits(request) | fabric
    )


def _volume_mounts(server: Server, settings: ModelSettings, pool: Pool) -> list[core.VolumeMountArgs]:
    return [
        core.VolumeMountArgs(name=name, mount_path=path, read_only=True if path == WEIGHTS else None)
        for name, path in _mounts(server, settings, pool).items()
    ]


def _environment(server: Server, settings: ModelSettings, *, token: bool) -> list[core.EnvVarArgs]:
    """The platform's own, then those of the stack file."""
    own = [core.EnvVarArgs(name=name, value=value) for name, value in server.environment.items()]
    if token and not settings.mounts_weights and "HF_TOKEN" not in settings.env:
        own.append(hub_token.variable())
    return [*own, *variables(settings.env)]


def _ports(server: Server) -> list[core.ContainerPortArgs]:
    ports = [core.ContainerPortArgs(name="http", container_port=server.port)]
    if server.metrics_port:
        ports.append(core.ContainerPortArgs(name="metrics", container_port=server.metrics_port))
    return ports


def _mounts(server: Server, settings: ModelSettings, pool: Pool) -> dict[str, str]:
    """Volume → path."""
    weights = (
        {"weights": WEIGHTS} if settings.mounts_weights else {"cache": server.cache} if settings.cache else {}
    )
    mounts = {**weights, "scratch": SCRATCH}
    return mounts | {"shm": SHM} if _has_shm(pool) else mounts


def _has_shm(pool: Pool) -> bool:
    """With MPS, the device plugin mounts the shared memory of the GPU's MPS daemon."""
    return not (pool.sharing and pool.sharing.mps)
