"""Service of a team: replicas of a container, their address and their volumes."""

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.policy import v1 as policy

from gpu_cluster.capacity import Pool
from gpu_cluster.config.services import ServiceSettings
from gpu_cluster.kubernetes.disruption_budget import one_at_a_time
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.services.pods import deployment
from gpu_cluster.kubernetes.serving import cache
from gpu_cluster.kubernetes.storage import StorageClassNames
from gpu_cluster.kubernetes.teams import AWS_ACCOUNT


class Service(pulumi.ComponentResource):
    """Replicas of a container behind a Service.

    Service("team-gateway", "gateway", settings, namespace="vision", image="org/gateway:1", …).url
    # http://gateway.vision.svc.cluster.local:8080
    """

    url: str

    def __init__(
        self,
        name: str,
        key: str,
        settings: ServiceSettings,
        *,
        pool: Pool | None,
        namespace: str,
        image: str,
        storage: StorageClassNames,
        login: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`login`: Secret of the namespace with the login of the mirror."""
        super().__init__("gpu-cluster:index:Service", name, None, opts)
        self.url = f"http://{key}.{namespace}.svc.cluster.local:{settings.port}"
        child = pulumi.ResourceOptions(parent=self)
        labels = {
            "app.kubernetes.io/name": key,
            "app.kubernetes.io/instance": key,
            "app.kubernetes.io/part-of": "gpu-cluster",
        }
        named = metadata(key, namespace, labels=labels)

        account = AWS_ACCOUNT if settings.aws else key
        needs: list[pulumi.Resource] = []
        if not settings.aws:
            needs.append(service_account(f"{name}-account", named, child))
        volumes = [_store(store) for store in settings.stores]
        for volume, wanted in settings.volumes.items():
            if not cache.is_shared(wanted, storage):
                volumes.append(cache.own_volume(wanted, storage, labels, name=volume))
                continue
            claim = f"{key}-{volume}"
            needs.append(
                core.PersistentVolumeClaim(
                    f"{name}-{volume}",
                    # The pods wait for it; a team may not read its class, as the engine would.
                    metadata=metadata(claim, namespace, labels=labels, awaited=False),
                    spec=cache.shared_claim(wanted),
                    opts=child,
                )
            )
            volumes.append(cache.shared_volume(claim, name=volume))
        apps.Deployment(
            f"{name}-replicas",
            metadata=metadata(
                key,
                namespace,
                labels=labels,
                # In the foreground a pod waits for its volume, and the volume for the pod.
                annotations={"pulumi.com/deletionPropagationPolicy": "background"},
            ),
            spec=deployment(
                settings,
                pool,
                name=key,
                labels=labels,
                account=account,
                image=image,
                volumes=volumes,
                login=login,
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=needs),
        )
        core.Service(
            f"{name}-service",
            # That its pods answer is what the Deployment waits for.
            metadata=metadata(key, namespace, labels=labels, awaited=False),
            spec=core.ServiceSpecArgs(
                selector=labels,
                ports=[core.ServicePortArgs(name="http", port=settings.port, target_port="http")],
            ),
            opts=child,
        )
        policy.PodDisruptionBudget(
            f"{name}-disruptions",
            metadata=named,
            spec=one_at_a_time(labels),
            opts=child,
        )
        self.register_outputs({"url": self.url})


def _store(name: str) -> core.VolumeArgs:
    source = core.PersistentVolumeClaimVolumeSourceArgs(claim_name=name)
    return core.VolumeArgs(name=name, persistent_volume_claim=source)
