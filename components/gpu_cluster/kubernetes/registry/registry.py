"""A registry inside the cluster, for images that are built on this machine."""

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.config.registry import InClusterRegistry
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import (
    Namespace,
    PodSecurity,
    from_anywhere,
    restricted_container,
    restricted_pod,
)
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.storage.claims import claim_template

_NAME = "registry"
_PORT = 5000
_USER = 1000
_LABELS = {"app.kubernetes.io/name": _NAME, "app.kubernetes.io/part-of": "gpu-cluster"}
# Two pods: while one is replaced, its successor waits.
_QUOTA = {
    "pods": "2",
    "persistentvolumeclaims": "1",
    "services.loadbalancers": "0",
    "services.nodeports": "0",
}


class Registry(pulumi.ComponentResource):
    """Image registry in the cluster, with a volume.

    Registry("platform-registry", settings, image=REGISTRY.at(mirror)).url
    # registry.registry.svc.cluster.local:5000
    """

    url: str
    namespace: Namespace

    def __init__(
        self,
        name: str,
        settings: InClusterRegistry,
        *,
        image: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("gpu-cluster:index:Registry", name, None, opts)
        self.url = f"{_NAME}.{_NAME}.svc.cluster.local:{_PORT}"

        self.namespace = namespace = Namespace(
            name,
            _NAME,
            PodSecurity.RESTRICTED,
            quota=_QUOTA,
            allowances={"clients": from_anywhere(_PORT)},
            opts=pulumi.ResourceOptions(parent=self),
        )
        child = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        named = metadata(_NAME, _NAME, labels=_LABELS)

        service_account(f"{name}-account", named, child)
        # One replica holds the volume, so there is nothing for a disruption budget to keep.
        apps.StatefulSet(
            f"{name}-server",
            metadata=named,
            spec=apps.StatefulSetSpecArgs(
                service_name=_NAME,
                replicas=1,
                selector=meta.LabelSelectorArgs(match_labels=_LABELS),
                template=core.PodTemplateSpecArgs(
                    metadata=meta.ObjectMetaArgs(labels=_LABELS), spec=_pod(image)
                ),
                volume_claim_templates=[claim_template("images", settings.size, settings.storage_class)],
            ),
            opts=child,
        )
        core.Service(
            f"{name}-service",
            # That its pod answers is what the StatefulSet waits for.
            metadata=metadata(_NAME, _NAME, labels=_LABELS, awaited=False),
            spec=core.ServiceSpecArgs(
                selector=_LABELS, ports=[core.ServicePortArgs(name="http", port=_PORT, target_port="http")]
            ),
            opts=child,
        )
        self.register_outputs({"url": self.url})


def _pod(image: str) -> core.PodSpecArgs:
    answers = core.HTTPGetActionArgs(path="/", port="http")
    return core.PodSpecArgs(
        service_account_name=_NAME,
        automount_service_account_token=False,
        security_context=restricted_pod(_USER),
        containers=[
            core.ContainerArgs(
                name=_NAME,
                image=image,
                env=[
                    core.EnvVarArgs(name="REGISTRY_STORAGE_DELETE_ENABLED", value="true"),
                    core.EnvVarArgs(name="OTEL_TRACES_EXPORTER", value="none"),
                ],
                ports=[core.ContainerPortArgs(name="http", container_port=_PORT)],
                startup_probe=core.ProbeArgs(http_get=answers, period_seconds=2, failure_threshold=30),
                readiness_probe=core.ProbeArgs(http_get=answers, period_seconds=5),
                liveness_probe=core.ProbeArgs(http_get=answers, period_seconds=10, failure_threshold=6),
                resources=core.ResourceRequirementsArgs(
                    requests={"cpu": "100m", "memory": "256Mi"}, limits={"memory": "512Mi"}
                ),
                security_context=restricted_container(),
                volume_mounts=[core.VolumeMountArgs(name="images", mount_path="/var/lib/registry")],
            )
        ],
    )
