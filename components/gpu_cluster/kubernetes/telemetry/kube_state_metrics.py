"""kube-state-metrics: objects of the cluster as metrics, without the contents of any."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.capacity import POOL_LABEL
from gpu_cluster.config.telemetry import TELEMETRY_NAMESPACE
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import (
    api_token_mount,
    api_token_volume,
    restricted_container,
    restricted_pod,
)

NAME = "kube-state-metrics"
PORT = 8080
LABELS = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": "gpu-cluster"}
_SELF_PORT = 8081
_USER = 65534
_TEAM_LABEL = "gpu-cluster/team"

_KINDS: Mapping[str, tuple[str, ...]] = {
    "": ("namespaces", "nodes", "persistentvolumeclaims", "pods", "resourcequotas"),
    "apps": ("daemonsets", "deployments", "replicasets", "statefulsets"),
    "autoscaling": ("horizontalpodautoscalers",),
    "batch": ("jobs",),
    "policy": ("poddisruptionbudgets",),
}
"""By API group. Neither Secrets nor ConfigMaps are among them."""


def kube_state_metrics(
    name: str, image: str, *, tolerations: Sequence[core.TolerationArgs], opts: pulumi.ResourceOptions
) -> None:
    named = metadata(NAME, TELEMETRY_NAMESPACE, labels=LABELS)
    account = core.ServiceAccount(
        f"{name}-objects-account", metadata=named, automount_service_account_token=False, opts=opts
    )
    role = rbac.ClusterRole(
        f"{name}-objects-role",
        metadata=metadata(f"gpu-cluster-{NAME}"),
        rules=[
            rbac.PolicyRuleArgs(api_groups=[group], resources=list(kinds), verbs=["list", "watch"])
            for group, kinds in _KINDS.items()
        ],
        opts=opts,
    )
    binding = rbac.ClusterRoleBinding(
        f"{name}-objects-binding",
        metadata=metadata(f"gpu-cluster-{NAME}"),
        role_ref=rbac.RoleRefArgs(
            api_group="rbac.authorization.k8s.io", kind="ClusterRole", name=f"gpu-cluster-{NAME}"
        ),
        subjects=[rbac.SubjectArgs(kind="ServiceAccount", name=NAME, namespace=TELEMETRY_NAMESPACE)],
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[role])),
    )
    apps.Deployment(
        f"{name}-objects",
        metadata=named,
        spec=apps.DeploymentSpecArgs(
            replicas=1,
            selector=meta.LabelSelectorArgs(match_labels=LABELS),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(labels=LABELS), spec=_pod(image, tolerations)
            ),
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[account, binding])),
    )


def _pod(image: str, tolerations: Sequence[core.TolerationArgs]) -> core.PodSpecArgs:
    ready, live = (
        core.HTTPGetActionArgs(path=path, port=port)
        for path, port in (("/readyz", _SELF_PORT), ("/livez", PORT))
    )
    kinds = ",".join(sorted(kind for every in _KINDS.values() for kind in every))
    return core.PodSpecArgs(
        service_account_name=NAME,
        automount_service_account_token=False,
        enable_service_links=False,
        security_context=restricted_pod(_USER),
        tolerations=tolerations or None,
        containers=[
            core.ContainerArgs(
                name=NAME,
                image=image,
                args=[
                    f"--port={PORT}",
                    f"--telemetry-port={_SELF_PORT}",
                    f"--resources={kinds}",
                    f"--metric-labels-allowlist=nodes=[{POOL_LABEL}],namespaces=[{_TEAM_LABEL}]",
                ],
                ports=[core.ContainerPortArgs(name="metrics", container_port=PORT)],
                readiness_probe=core.ProbeArgs(http_get=ready, period_seconds=10, timeout_seconds=5),
                liveness_probe=core.ProbeArgs(
                    http_get=live, period_seconds=30, timeout_seconds=5, failure_threshold=6
                ),
                resources=core.ResourceRequirementsArgs(
                    requests={"cpu": "10m", "memory": "64Mi"}, limits={"memory": "512Mi"}
                ),
                security_context=restricted_container(),
                volume_mounts=[api_token_mount()],
            )
        ],
        volumes=[api_token_volume()],
    )
