"""A model that is served: its replicas, their address, and how many there are."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.autoscaling import v2 as autoscaling
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.policy import v1 as policy

from components.config.serving import ModelSettings
from components.metadata import metadata
from components.placement import tolerations
from components.pools import Pool, Request
from components.security import restricted_pod
from components.serving import cache, vllm
from components.serving.scaling import scaler
from components.storage import Classes

_USER = 2000
_IMAGE_PULL_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model runs and what its replicas ask for there."""

    pool: Pool
    request: Request
    surge: bool
    """Whether the pool holds one replica more than every model on it may have."""


class Model(pulumi.ComponentResource):
    """Replicas of one model behind one address.

    Model("platform-serving-chat", "chat", settings, place, namespace="serving", storage=classes, image=…).url
    # http://chat.serving.svc.cluster.local:8000/v1
    """

    url: str

    def __init__(
        self,
        name: str,
        key: str,
        settings: ModelSettings,
        place: Place,
        *,
        namespace: str,
        storage: Classes,
        image: str,
        token: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`token`: the namespace has a secret with the token of the model hub."""
        super().__init__("gpu-cluster:index:Model", name, None, opts)
        self.url = f"http://{key}.{namespace}.svc.cluster.local:{vllm.PORT}/v1"

        child = pulumi.ResourceOptions(parent=self)
        labels = {
            "app.kubernetes.io/name": settings.engine.value,
            "app.kubernetes.io/instance": key,
            "app.kubernetes.io/part-of": "gpu-cluster",
        }
        named = metadata(key, namespace, labels=labels)
        scales = settings.replicas.min < settings.replicas.max

        account = core.ServiceAccount(
            f"{name}-account",
            metadata=metadata(f"{key}-server", namespace, labels=labels),
            automount_service_account_token=False,
            opts=child,
        )
        needs: list[pulumi.Resource] = [account]
        weights = cache.own_volume(settings.cache, storage, labels)
        if cache.is_shared(settings.cache, storage):
            claim = f"{key}-weights"
            weights = cache.shared_volume(claim)
            needs.append(
                core.PersistentVolumeClaim(
                    f"{name}-weights",
                    metadata=metadata(claim, namespace, labels=labels),
                    spec=cache.shared_claim(settings.cache, storage),
                    opts=child,
                )
            )

        deployment = apps.Deployment(
            f"{name}-replicas",
            # A change of who decides about their number is a change of the object, so that it reaches the cluster.
            metadata=metadata(
                key,
                namespace,
                labels=labels,
                annotations={"gpu-cluster/replicas": "scaled" if scales else "fixed"},
            ),
            spec=apps.DeploymentSpecArgs(
                replicas=settings.replicas.min,
                selector=meta.LabelSelectorArgs(match_labels=labels),
                strategy=_rolling(surge=place.surge),
                progress_deadline_seconds=_start_minutes(settings) * 60,
                revision_history_limit=3,
                template=core.PodTemplateSpecArgs(
                    metadata=meta.ObjectMetaArgs(labels=labels),
                    spec=_pod(
                        settings,
                        place.pool,
                        account=f"{key}-server",
                        labels=labels,
                        container=vllm.container(
                            key, settings, place.pool, place.request, image, token=token
                        ),
                        volumes=vllm.volumes(settings, place.pool, weights),
                    ),
                ),
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=needs,
                custom_timeouts=_timeouts(settings),
                # Once there is a scaler, the number of replicas is its to say.
                ignore_changes=["spec.replicas"] if scales else None,
            ),
        )
        core.Service(
            f"{name}-service",
            # That its pods answer is what the Deployment waits for.
            metadata=metadata(key, namespace, labels=labels, awaited=False),
            spec=core.ServiceSpecArgs(
                selector=labels, ports=[core.ServicePortArgs(name="http", port=vllm.PORT, target_port="http")]
            ),
            opts=child,
        )
        # One at a time, and always one: a drain that waits for the only replica would wait for ever.
        policy.PodDisruptionBudget(
            f"{name}-disruptions",
            metadata=named,
            spec=policy.PodDisruptionBudgetSpecArgs(
                max_unavailable=1,
                selector=meta.LabelSelectorArgs(match_labels=labels),
                unhealthy_pod_eviction_policy="AlwaysAllow",
            ),
            opts=child,
        )
        if scales:
            autoscaling.HorizontalPodAutoscaler(
                f"{name}-scaler",
                metadata=named,
                spec=scaler(key, settings),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[deployment]),
            )
        self.register_outputs({"url": self.url})


def _pod(
    settings: ModelSettings,
    pool: Pool,
    *,
    account: str,
    labels: dict[str, str],
    container: core.ContainerArgs,
    volumes: list[core.VolumeArgs],
) -> core.PodSpecArgs:
    return core.PodSpecArgs(
        service_account_name=account,
        automount_service_account_token=False,
        enable_service_links=False,  # the address of a model named vllm would arrive as vLLM's own settings
        security_context=restricted_pod(_USER),
        node_selector=pool.selector,
        tolerations=tolerations(pool),
        topology_spread_constraints=[
            core.TopologySpreadConstraintArgs(
                max_skew=1,
                topology_key="kubernetes.io/hostname",
                when_unsatisfiable="ScheduleAnyway",
                label_selector=meta.LabelSelectorArgs(match_labels=labels),
                match_label_keys=["pod-template-hash"],
            )
        ],
        termination_grace_period_seconds=vllm.grace_seconds(settings),
        containers=[container],
        volumes=volumes,
    )


def _rolling(*, surge: bool) -> apps.DeploymentStrategyArgs:
    """The new replica first where there is a GPU for it, else the old one makes room."""
    return apps.DeploymentStrategyArgs(
        type="RollingUpdate",
        rolling_update=apps.RollingUpdateDeploymentArgs(
            max_surge=1 if surge else 0, max_unavailable=0 if surge else 1
        ),
    )


def _start_minutes(settings: ModelSettings) -> int:
    return settings.load_minutes + _IMAGE_PULL_MINUTES


def _timeouts(settings: ModelSettings) -> pulumi.CustomTimeouts:
    """All replicas start at once; an update replaces them one after the other."""
    start = _start_minutes(settings)
    return pulumi.CustomTimeouts(create=f"{start}m", update=f"{start * settings.replicas.max}m")
