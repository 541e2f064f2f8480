"""The replicas of a model: placement, pod and rolling update."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.capacity import Pool, Request, weights_pull_minutes
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.kubernetes.registry.pull_secrets import pod_pull_secrets
from gpu_cluster.kubernetes.scheduling import spread_over_hosts, tolerations
from gpu_cluster.kubernetes.security import restricted_pod
from gpu_cluster.kubernetes.serving.container import grace_seconds, volumes
from gpu_cluster.kubernetes.serving.server import METRICS_PATH

USER = 2000
"""User id of every replica. A GPU shared by MPS serves one user at a time: pods of another user would wait
(nvidia-cuda-mps-control(1) of driver 580; the device plugin starts that daemon with `-d` alone)."""

_IMAGE_PULL_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Placement:
    """Placement of a model: pool and resource requests."""

    pool: Pool
    request: Request
    surge: bool
    """Whether the pool has a GPU to spare for one more replica than the maximum of all models."""

    priority_class: str | None = None
    """Priority class, by which the team quota counts replicas."""


def replicas(
    settings: ModelSettings,
    placement: Placement,
    *,
    labels: dict[str, str],
    account: str,
    container: core.ContainerArgs,
    weights: core.VolumeArgs | None,
    login: str | None,
) -> apps.DeploymentSpecArgs:
    return apps.DeploymentSpecArgs(
        replicas=settings.replicas.min,
        selector=meta.LabelSelectorArgs(match_labels=labels),
        strategy=_rolling(surge=placement.surge),
        progress_deadline_seconds=_start_minutes(settings, placement.pool) * 60,
        revision_history_limit=3,
        template=core.PodTemplateSpecArgs(
            metadata=meta.ObjectMetaArgs(labels=labels, annotations=_metrics_path(settings)),
            spec=pod_spec(
                settings,
                placement,
                labels=labels,
                account=account,
                container=container,
                weights=weights,
                login=login,
            ),
        ),
    )


def pod_spec(
    settings: ModelSettings,
    placement: Placement,
    *,
    labels: dict[str, str],
    account: str,
    container: core.ContainerArgs,
    weights: core.VolumeArgs | None,
    login: str | None,
    revision: str = "pod-template-hash",
) -> core.PodSpecArgs:
    """`login`: Secret with the login for the mirror; `revision`: label that distinguishes the pods of an
    update from older ones."""
    return core.PodSpecArgs(
        service_account_name=account,
        automount_service_account_token=False,
        # Else the address of a model named vllm would arrive as vLLM's own settings.
        enable_service_links=False,
        security_context=restricted_pod(USER),
        priority_class_name=placement.priority_class,
        node_selector=placement.pool.selector,
        tolerations=tolerations(placement.pool),
        topology_spread_constraints=[spread_over_hosts(labels, revision)],
        image_pull_secrets=pod_pull_secrets(settings.pull_secret, login),
        termination_grace_period_seconds=grace_seconds(settings),
        containers=[container],
        volumes=volumes(settings, placement.pool, weights),
    )


def _metrics_path(settings: ModelSettings) -> dict[str, str] | None:
    """Path of a custom server's metrics for scraping; the paths of engines are known."""
    custom = settings.engine is ServingEngine.CUSTOM
    return {METRICS_PATH: settings.server.metrics} if custom and settings.server.metrics else None


def timeouts(settings: ModelSettings, pool: Pool) -> pulumi.CustomTimeouts:
    """Parallel start of replicas, and rolling update one at a time."""
    start = _start_minutes(settings, pool)
    return pulumi.CustomTimeouts(create=f"{start}m", update=f"{start * settings.replicas.max}m")


def _start_minutes(settings: ModelSettings, pool: Pool) -> int:
    """The kubelet pulls images before the container starts, and its startup probe with it."""
    return settings.load_minutes + _IMAGE_PULL_MINUTES + weights_pull_minutes(settings, pool)


def _rolling(*, surge: bool) -> apps.DeploymentStrategyArgs:
    """Start the new replica first if a GPU is free, else stop the old one first."""
    return apps.DeploymentStrategyArgs(
        type="RollingUpdate",
        rolling_update=apps.RollingUpdateDeploymentArgs(
            max_surge=1 if surge else 0, max_unavailable=0 if surge else 1
        ),
    )
