"""DaemonSets that keep the images of models on every node of their pools.

Its pods mount the images and do not run them: the kubelet pulls image volumes like container images, and its
garbage collector keeps mounted images (`detectImages` and `handleImageVolumes`,
pkg/kubelet/images/image_gc_manager.go of Kubernetes 1.35.4). An init container in each image would need a
command that the image has.
"""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.scheduling import v1 as scheduling

from gpu_cluster.capacity import PREFETCH_LIMITS, PREFETCH_REQUESTS, Pool
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.scheduling import tolerations
from gpu_cluster.kubernetes.security import restricted_container, restricted_pod
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.serving.cache import image_volume

NAME = "image-prefetch"

_USER = 65535
"""User of the pause image."""

_LABELS = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": "gpu-cluster"}
_MINUTES = 60
"""Longest time that all nodes of a pool may take; one that cannot pull ends the update before its models."""


def prefetch(
    name: str,
    models: Mapping[str, ModelSettings],
    *,
    namespace: str,
    pools: Mapping[str, Pool],
    images: Mapping[str, set[str]],
    pause_image: str,
    opts: pulumi.ResourceOptions,
) -> dict[str, apps.DaemonSet]:
    """DaemonSets by pool. `images`: those of each model, as nodes pull them."""
    secrets = sorted({model.pull_secret for model in models.values() if model.pull_secret})
    shared: list[pulumi.Resource] = [
        scheduling.PriorityClass(
            f"{name}-prefetch-class",
            metadata=metadata(NAME, labels=_LABELS),
            value=-1,
            # Models have priority 0 and may preempt it; it preempts no pod.
            preemption_policy="Never",
            description="Pods that keep images on nodes",
            opts=pulumi.ResourceOptions.merge(
                opts,
                pulumi.ResourceOptions(
                    replace_on_changes=["value", "preemptionPolicy"], delete_before_replace=True
                ),
            ),
        ),
        service_account(
            f"{name}-prefetch-account",
            metadata(NAME, namespace, labels=_LABELS),
            opts,
            # Not in the pods, where they would hide the login of a mirror, which accounts have too.
            pull_secrets=secrets,
        ),
    ]
    return {
        pool: _daemon_set(
            f"{name}-prefetch-{pool}",
            pools[pool],
            namespace=namespace,
            images=sorted({image for key in keys for image in images[key]}),
            pause_image=pause_image,
            opts=pulumi.ResourceOptions.merge(
                opts,
                pulumi.ResourceOptions(
                    depends_on=shared,
                    custom_timeouts=pulumi.CustomTimeouts(create=f"{_MINUTES}m", update=f"{_MINUTES}m"),
                ),
            ),
        )
        for pool, keys in prefetched(models).items()
    }


def prefetched(models: Mapping[str, ModelSettings]) -> dict[str, list[str]]:
    """Models by the pool that they run on."""
    found: dict[str, list[str]] = {}
    for key, model in models.items():
        found.setdefault(model.pool, []).append(key)
    return found


def _daemon_set(
    name: str,
    pool: Pool,
    *,
    namespace: str,
    images: list[str],
    pause_image: str,
    opts: pulumi.ResourceOptions,
) -> apps.DaemonSet:
    labels = {**_LABELS, "app.kubernetes.io/instance": pool.name}
    volumes = {f"image-{number}": image for number, image in enumerate(images)}
    return apps.DaemonSet(
        name,
        metadata=metadata(f"{NAME}-{pool.name}", namespace, labels=labels),
        spec=apps.DaemonSetSpecArgs(
            selector=meta.LabelSelectorArgs(match_labels=labels),
            # All nodes pull at once: nothing asks these pods for anything.
            update_strategy=apps.DaemonSetUpdateStrategyArgs(
                type="RollingUpdate", rolling_update=apps.RollingUpdateDaemonSetArgs(max_unavailable="100%")
            ),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(labels=labels),
                spec=core.PodSpecArgs(
                    service_account_name=NAME,
                    automount_service_account_token=False,
                    enable_service_links=False,
                    priority_class_name=NAME,
                    node_selector=pool.selector,
                    tolerations=tolerations(pool),
                    security_context=restricted_pod(_USER, owns_volumes=False),
                    termination_grace_period_seconds=5,
                    containers=[
                        core.ContainerArgs(
                            name="wait",
                            image=pause_image,
                            resources=core.ResourceRequirementsArgs(
                                requests=PREFETCH_REQUESTS, limits=PREFETCH_LIMITS
                            ),
                            security_context=restricted_container(),
                            volume_mounts=[
                                core.VolumeMountArgs(
                                    name=volume, mount_path=f"/images/{volume}", read_only=True
                                )
                                for volume in volumes
                            ],
                        )
                    ],
                    volumes=[image_volume(image, name=volume) for volume, image in volumes.items()],
                ),
            ),
        ),
        opts=opts,
    )
