"""The pods of a service."""

from collections.abc import Sequence

from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.capacity import Pool, gpu_resource
from gpu_cluster.config.services import ServiceSettings
from gpu_cluster.kubernetes.environment_variables import variables
from gpu_cluster.kubernetes.registry.pull_secrets import pod_pull_secrets
from gpu_cluster.kubernetes.scheduling import spread_over_hosts, tolerations
from gpu_cluster.kubernetes.security import restricted_container, restricted_pod
from gpu_cluster.kubernetes.teams import priority_class

_TMP = "tmp"
_GRACE_SECONDS = 30
_PRE_STOP_SECONDS = 10
_PROBE_SECONDS = 5


def deployment(
    settings: ServiceSettings,
    pool: Pool | None,
    *,
    name: str,
    labels: dict[str, str],
    account: str,
    image: str,
    volumes: Sequence[core.VolumeArgs],
    login: str | None,
) -> apps.DeploymentSpecArgs:
    """`volumes`: volumes by their names in the stack file; `login`: Secret with the login for the mirror."""
    tmp = core.VolumeArgs(name=_TMP, empty_dir=core.EmptyDirVolumeSourceArgs(size_limit="1Gi"))
    on_gpus = pool if settings.gpus else None
    return apps.DeploymentSpecArgs(
        replicas=settings.replicas,
        selector=meta.LabelSelectorArgs(match_labels=labels),
        # With GPUs, the old replica stops first, because there may be no GPU for another.
        strategy=apps.DeploymentStrategyArgs(
            type="RollingUpdate",
            rolling_update=apps.RollingUpdateDeploymentArgs(
                max_surge=0 if on_gpus else 1, max_unavailable=1 if on_gpus else 0
            ),
        ),
        revision_history_limit=3,
        template=core.PodTemplateSpecArgs(
            metadata=meta.ObjectMetaArgs(labels=labels),
            spec=core.PodSpecArgs(
                service_account_name=account,
                automount_service_account_token=False,
                enable_service_links=False,
                security_context=restricted_pod(settings.user),
                priority_class_name=priority_class(on_gpus.name) if on_gpus else None,
                node_selector=pool.selector if pool else None,
                tolerations=tolerations(pool) if pool else None,
                topology_spread_constraints=[spread_over_hosts(labels)],
                image_pull_secrets=pod_pull_secrets(settings.pull_secret, login),
                termination_grace_period_seconds=_PRE_STOP_SECONDS + _GRACE_SECONDS,
                containers=[_container(settings, on_gpus, name, image)],
                volumes=[tmp, *volumes],
            ),
        ),
    )


def _container(settings: ServiceSettings, pool: Pool | None, name: str, image: str) -> core.ContainerArgs:
    gpus = {gpu_resource(settings.slice, pool): str(settings.gpus)} if pool else {}
    memory = {"memory": settings.memory, **gpus}
    mounts = {_TMP: "/tmp", **{key: it.path for key, it in settings.volumes.items()}, **settings.stores}  # noqa: S108
    return core.ContainerArgs(
        name=name,
        image=image,
        command=settings.command or None,
        args=settings.args or None,
        env=variables(settings.env),
        ports=[core.ContainerPortArgs(name="http", container_port=settings.port)],
        startup_probe=_probe(settings, _PROBE_SECONDS, attempts=-(-settings.start_seconds // _PROBE_SECONDS)),
        readiness_probe=_probe(settings, _PROBE_SECONDS, attempts=3),
        liveness_probe=_probe(settings, 2 * _PROBE_SECONDS, attempts=6),
        # Endpoints forget the pod before it stops taking requests.
        lifecycle=core.LifecycleArgs(
            pre_stop=core.LifecycleHandlerArgs(sleep=core.SleepActionArgs(seconds=_PRE_STOP_SECONDS))
        ),
        resources=core.ResourceRequirementsArgs(requests={"cpu": settings.cpu, **memory}, limits=memory),
        security_context=restricted_container(),
        volume_mounts=[core.VolumeMountArgs(name=key, mount_path=path) for key, path in mounts.items()],
    )


def _probe(settings: ServiceSettings, seconds: int, *, attempts: int) -> core.ProbeArgs:
    """Probe of its health path, or of its port if it has no health path."""
    asked = core.HTTPGetActionArgs(path=settings.health, port="http") if settings.health else None
    return core.ProbeArgs(
        http_get=asked,
        tcp_socket=None if asked else core.TCPSocketActionArgs(port="http"),
        period_seconds=seconds,
        failure_threshold=attempts,
    )
