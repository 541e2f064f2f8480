"""A served model: its replicas, their address and their autoscaling."""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.autoscaling import v2 as autoscaling
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.policy import v1 as policy

from gpu_cluster.capacity import api_path, scales, waiting_metric
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.kubernetes.disruption_budget import one_at_a_time
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.serving import cache
from gpu_cluster.kubernetes.serving.container import container
from gpu_cluster.kubernetes.serving.engines import server_of
from gpu_cluster.kubernetes.serving.leader_worker_set import (
    API_VERSION,
    KIND,
    LEADERS,
    leader_worker_set,
    name_of,
)
from gpu_cluster.kubernetes.serving.replicas import Placement, replicas, timeouts
from gpu_cluster.kubernetes.serving.scaling import scaler
from gpu_cluster.kubernetes.serving.server import PORT
from gpu_cluster.kubernetes.storage import StorageClassNames


class Model(pulumi.ComponentResource):
    """Replicas of a model behind a Service.

    Model("platform-serving-chat", "chat", settings, placement, namespace="serving", …).url
    # http://chat.serving.svc.cluster.local:8000/v1
    """

    url: str

    def __init__(
        self,
        name: str,
        key: str,
        settings: ModelSettings,
        placement: Placement,
        *,
        namespace: str,
        storage: StorageClassNames,
        image: str,
        weights_image: str | None = None,
        token: bool,
        aliases: Sequence[str] = (),
        login: str | None = None,
        reports_usage: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`weights_image`: that of the settings as nodes pull it; `token`: the namespace has a secret with
        the token of the model hub; `aliases`: further names that requests may call the model by; `login`:
        Secret of the namespace with the login of the mirror; `reports_usage`: streams end with their token
        usage."""
        super().__init__("gpu-cluster:index:Model", name, None, opts)
        self.url = f"http://{key}.{namespace}.svc.cluster.local:{PORT}{api_path(settings)}"

        child = pulumi.ResourceOptions(parent=self)
        labels = labels_of(key, settings)
        named = metadata(key, namespace, labels=labels)
        metric = waiting_metric(settings)
        scaled = scales(settings) and metric is not None

        server = server_of(key, settings, placement.pool, aliases, reports_usage=reports_usage)
        account_name = f"{key}-server"
        needs: list[pulumi.Resource] = [
            service_account(f"{name}-account", metadata(account_name, namespace, labels=labels), child)
        ]
        weights = _weights(key, settings, storage, labels, weights_image)
        if settings.cache and not settings.mounts_weights and cache.is_shared(settings.cache, storage):
            needs.append(
                core.PersistentVolumeClaim(
                    f"{name}-weights",
                    # The replicas wait for it; a team may not read its class, as the engine would.
                    metadata=metadata(f"{key}-weights", namespace, labels=labels, awaited=False),
                    spec=cache.shared_claim(settings.cache),
                    opts=child,
                )
            )

        # Who decides about the number of replicas is noted, so that a change of it is a change of the object.
        decides = {"gpu-cluster/replicas": "scaled" if scaled else "fixed"}
        # In the foreground a pod waits for its volume, and where its node died the volume waits for the pod.
        background = {"pulumi.com/deletionPropagationPolicy": "background"}
        opts = pulumi.ResourceOptions(
            parent=self,
            depends_on=needs,
            custom_timeouts=timeouts(settings, placement.pool),
            ignore_changes=["spec.replicas"] if scaled else None,
        )
        if settings.nodes > 1:
            workload = leader_worker_set(
                f"{name}-group",
                key,
                server,
                settings,
                placement,
                namespace=namespace,
                labels=labels,
                annotations=decides | background,
                account=account_name,
                image=image,
                token=token,
                weights=weights,
                login=login,
                opts=opts,
            )
        else:
            workload = apps.Deployment(
                f"{name}-replicas",
                metadata=metadata(key, namespace, labels=labels, annotations=decides | background),
                spec=replicas(
                    settings,
                    placement,
                    labels=labels,
                    account=account_name,
                    container=container(
                        server, settings, placement.pool, placement.request, image, token=token
                    ),
                    weights=weights,
                    login=login,
                ),
                opts=opts,
            )
        if scaled and metric:
            autoscaling.HorizontalPodAutoscaler(
                f"{name}-scaler",
                metadata=named,
                spec=scaler(_scaled(key, settings), settings, metric),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[workload]),
            )
        core.Service(
            f"{name}-service",
            # The workload waits until its pods answer.
            metadata=metadata(key, namespace, labels=labels, awaited=False),
            spec=_address(service_selector(key, settings)),
            opts=child,
        )
        policy.PodDisruptionBudget(
            f"{name}-disruptions", metadata=named, spec=one_at_a_time(labels), opts=child
        )
        self.register_outputs({"url": self.url})


def labels_of(key: str, settings: ModelSettings) -> dict[str, str]:
    """Labels of a model's pods and its other objects."""
    return {
        "app.kubernetes.io/name": settings.engine.value,
        "app.kubernetes.io/instance": key,
        "app.kubernetes.io/part-of": "gpu-cluster",
    }


def service_selector(key: str, settings: ModelSettings) -> dict[str, str]:
    """Labels of the pods that answer: of a replica over several nodes its leader."""
    return labels_of(key, settings) | (LEADERS if settings.nodes > 1 else {})


def _weights(
    key: str,
    settings: ModelSettings,
    storage: StorageClassNames,
    labels: dict[str, str],
    image: str | None,
) -> core.VolumeArgs | None:
    """Volume with the weights: an image, a store, or a cache; None without any."""
    if settings.weights_image:
        return cache.image_volume(image or settings.weights_image.image)
    if settings.store:
        return cache.store_volume(settings.store)
    if settings.cache is None:
        return None
    if cache.is_shared(settings.cache, storage):
        return cache.shared_volume(f"{key}-weights")
    return cache.own_volume(settings.cache, storage, labels)


def _address(labels: dict[str, str]) -> core.ServiceSpecArgs:
    port = core.ServicePortArgs(name="http", port=PORT, target_port="http")
    return core.ServiceSpecArgs(selector=labels, ports=[port])


def _scaled(key: str, settings: ModelSettings) -> autoscaling.CrossVersionObjectReferenceArgs:
    """A LeaderWorkerSet scales by whole groups, and by what its leaders report."""
    if settings.nodes > 1:
        return autoscaling.CrossVersionObjectReferenceArgs(
            api_version=API_VERSION, kind=KIND, name=name_of(key)
        )
    return autoscaling.CrossVersionObjectReferenceArgs(api_version="apps/v1", kind="Deployment", name=key)
