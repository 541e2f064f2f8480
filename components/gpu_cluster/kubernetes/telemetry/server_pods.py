"""Pods and Services of the servers of telemetry and logs."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.core import v1 as core

from gpu_cluster.config.telemetry import TELEMETRY_NAMESPACE
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import restricted_container, restricted_pod

_USER = 65534


def labels_of(program: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": program, "app.kubernetes.io/part-of": "gpu-cluster"}


def service(
    name: str,
    program: str,
    port: int,
    *,
    target: str = "http",
    namespace: str = TELEMETRY_NAMESPACE,
    opts: pulumi.ResourceOptions,
) -> core.Service:
    """The Service of a program, which an update does not wait for. `target`: name of the container's port."""
    return core.Service(
        name,
        metadata=metadata(program, namespace, labels=labels_of(program), awaited=False),
        spec=core.ServiceSpecArgs(
            selector=labels_of(program),
            ports=[core.ServicePortArgs(name=target, port=port, target_port=target)],
        ),
        opts=opts,
    )


def server_pod(
    program: str,
    image: str,
    *,
    arguments: Sequence[str],
    port: core.ContainerPortArgs,
    ready: core.HTTPGetActionArgs,
    live: core.HTTPGetActionArgs,
    requests: Mapping[str, str],
    memory: str,
    mounts: Sequence[core.VolumeMountArgs],
    volumes: Sequence[core.VolumeArgs],
    tolerations: Sequence[core.TolerationArgs],
    startup: core.ProbeArgs | None = None,
    grace_seconds: int | None = None,
) -> core.PodSpecArgs:
    """A restricted pod of one container. `memory`: its limit; `grace_seconds`: time to end after SIGTERM."""
    return core.PodSpecArgs(
        service_account_name=program,
        automount_service_account_token=False,
        enable_service_links=False,
        security_context=restricted_pod(_USER),
        tolerations=tolerations or None,
        termination_grace_period_seconds=grace_seconds,
        containers=[
            core.ContainerArgs(
                name=program,
                image=image,
                args=arguments,
                ports=[port],
                startup_probe=startup,
                readiness_probe=core.ProbeArgs(http_get=ready, period_seconds=10, timeout_seconds=5),
                liveness_probe=core.ProbeArgs(
                    http_get=live, period_seconds=30, timeout_seconds=5, failure_threshold=6
                ),
                resources=core.ResourceRequirementsArgs(requests=requests, limits={"memory": memory}),
                security_context=restricted_container(),
                volume_mounts=mounts,
            )
        ],
        volumes=volumes,
    )
