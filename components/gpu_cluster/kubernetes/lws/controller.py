"""LeaderWorkerSet controller: creates groups of pods, and recreates a group if one of its pods fails."""

import json
from collections.abc import Collection
from typing import ClassVar

import pulumi
from pulumi_kubernetes.apiextensions import v1 as apiextensions
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.policy import v1 as policy

from gpu_cluster.config.cluster import NODE_LOCAL_DNS
from gpu_cluster.exemption import Exemption
from gpu_cluster.kubernetes.disruption_budget import one_at_a_time
from gpu_cluster.kubernetes.lws.access import access
from gpu_cluster.kubernetes.lws.definition import GROUP, PLURAL, definition
from gpu_cluster.kubernetes.lws.webhooks import MUTATING, SERVICE, VALIDATING, webhooks
from gpu_cluster.kubernetes.object_metadata import config_annotations, metadata
from gpu_cluster.kubernetes.scheduling import spread_over_hosts
from gpu_cluster.kubernetes.security import (
    Namespace,
    PodSecurity,
    api_token_mount,
    api_token_volume,
    from_anywhere,
    restricted_container,
    restricted_pod,
    to_api_server,
    to_dns,
)
from gpu_cluster.kubernetes.security.service_account import service_account

NAMESPACE = "lws-system"
"""The name that the publisher's manifests have."""

NAME = "lws-controller"
CERTIFICATE = "lws-webhook-server-cert"

_USER = 65532
_WEBHOOK, _HEALTH = 9443, 8081
_REPLICAS = 2
_LABELS = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": "gpu-cluster"}
_QUOTA = {"pods": str(_REPLICAS + 1), "services.loadbalancers": "0", "services.nodeports": "0"}
_CERTIFICATES = "/certificates"
_CONFIG = json.dumps(
    {
        "apiVersion": "config.lws.x-k8s.io/v1alpha1",
        "kind": "Configuration",
        "leaderElection": {"leaderElect": True},
        "internalCertManagement": {"enable": True},
        "webhook": {"port": _WEBHOOK, "certDir": _CERTIFICATES},
        "health": {"healthProbeBindAddress": f":{_HEALTH}"},
        "metrics": {"bindAddress": "0"},
    },
    indent=2,
)


class LwsController(pulumi.ComponentResource):
    """LeaderWorkerSet CRD, controller in its own namespace, and webhooks.

    LwsController("platform-lws", image=LWS.at(mirror))
    """

    EXEMPT: ClassVar = (
        Exemption(
            "67-no-dangerous-permissions",
            "ClusterRole",
            "The controller writes the authority of its certificate into its own two webhook configurations, "
            "and creates the StatefulSets of LeaderWorkerSets in any namespace.",
        ),
        Exemption(
            "67-no-dangerous-permissions",
            "Role",
            "The controller watches the secrets of its own namespace, which has its certificate alone.",
        ),
        Exemption(
            "113-no-system-priority",
            "Deployment",
            "Without the controller, multi-node models of all teams do not start.",
        ),
    )

    def __init__(
        self,
        name: str,
        *,
        image: str,
        resolvers: Collection[str] = (NODE_LOCAL_DNS,),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`resolvers`: addresses of NodeLocal DNSCache."""
        super().__init__("gpu-cluster:index:LwsController", name, None, opts)
        kind = apiextensions.CustomResourceDefinition(
            f"{name}-kind",
            metadata=metadata(f"{PLURAL}.{GROUP}"),
            spec=definition(),  # pyright: ignore[reportArgumentType]  # the schema of a schema is recursive
            opts=pulumi.ResourceOptions(parent=self),
        )
        namespace = Namespace(
            name,
            NAMESPACE,
            PodSecurity.RESTRICTED,
            quota=_QUOTA,
            allowances={
                "webhooks": from_anywhere(_WEBHOOK),
                "dns": to_dns(resolvers),
                **to_api_server(),
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        child = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        named = metadata(NAME, NAMESPACE, labels=_LABELS)
        needs: list[pulumi.Resource] = [
            kind,
            service_account(f"{name}-account", named, child),
            core.ConfigMap(f"{name}-config", metadata=named, data={"config.yaml": _CONFIG}, opts=child),
            # The controller writes its certificate into it.
            core.Secret(
                f"{name}-certificate",
                metadata=metadata(CERTIFICATE, NAMESPACE, labels=_LABELS),
                opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(ignore_changes=["data"])),
            ),
            *access(
                name,
                NAME,
                NAMESPACE,
                certificate=CERTIFICATE,
                webhooks=MUTATING,
                validation=VALIDATING,
                opts=child,
            ),
            *webhooks(name, NAMESPACE, opts=child),
            core.Service(
                f"{name}-service",
                metadata=metadata(SERVICE, NAMESPACE, labels=_LABELS, awaited=False),
                spec=core.ServiceSpecArgs(
                    selector=_LABELS,
                    ports=[core.ServicePortArgs(name="webhooks", port=443, target_port="webhooks")],
                ),
                opts=child,
            ),
        ]
        policy.PodDisruptionBudget(
            f"{name}-disruptions",
            metadata=named,
            spec=one_at_a_time(_LABELS),
            opts=child,
        )
        apps.Deployment(
            f"{name}-deployment",
            metadata=named,
            spec=apps.DeploymentSpecArgs(
                replicas=_REPLICAS,
                # Meanwhile the API server learns of the certificate that the webhooks have.
                min_ready_seconds=5,
                selector=meta.LabelSelectorArgs(match_labels=_LABELS),
                template=core.PodTemplateSpecArgs(
                    metadata=meta.ObjectMetaArgs(labels=_LABELS, annotations=config_annotations(_CONFIG)),
                    spec=_pod(image),
                ),
            ),
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=needs)),
        )
        self.register_outputs({})


def _pod(image: str) -> core.PodSpecArgs:
    """Ready once its webhooks answer: without them no LeaderWorkerSet can be created.

    They listen when the certificate is in the pod, up to two minutes after its start.
    """
    mounts = {"config": "/config", "certificate": _CERTIFICATES}
    return core.PodSpecArgs(
        service_account_name=NAME,
        automount_service_account_token=False,
        enable_service_links=False,
        priority_class_name="system-cluster-critical",
        security_context=restricted_pod(_USER),
        topology_spread_constraints=[spread_over_hosts(_LABELS)],
        containers=[
            core.ContainerArgs(
                name=NAME,
                image=image,
                command=["/manager"],
                args=["--config=/config/config.yaml", "--zap-log-level=2"],
                ports=[core.ContainerPortArgs(name="webhooks", container_port=_WEBHOOK)],
                readiness_probe=core.ProbeArgs(
                    tcp_socket=core.TCPSocketActionArgs(port="webhooks"), period_seconds=5
                ),
                liveness_probe=core.ProbeArgs(
                    http_get=core.HTTPGetActionArgs(path="/healthz", port=_HEALTH),
                    initial_delay_seconds=15,
                    period_seconds=20,
                ),
                resources=core.ResourceRequirementsArgs(
                    requests={"cpu": "100m", "memory": "256Mi"}, limits={"memory": "1Gi"}
                ),
                security_context=restricted_container(),
                volume_mounts=[
                    *(
                        core.VolumeMountArgs(name=key, mount_path=path, read_only=True)
                        for key, path in mounts.items()
                    ),
                    api_token_mount(),
                ],
            )
        ],
        volumes=[
            core.VolumeArgs(name="config", config_map=core.ConfigMapVolumeSourceArgs(name=NAME)),
            core.VolumeArgs(name="certificate", secret=core.SecretVolumeSourceArgs(secret_name=CERTIFICATE)),
            api_token_volume(),
        ],
    )
