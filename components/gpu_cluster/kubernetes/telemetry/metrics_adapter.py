"""prometheus-adapter: serves the waiting queue of each model to its autoscaler, as a custom metric of pods.

Sources: pkg/config/config.go and deploy/manifests of kubernetes-sigs/prometheus-adapter, read 2026-11-29.
"""

from collections.abc import Collection, Sequence
from typing import Any

import pulumi
import yaml
from pulumi_kubernetes.apiregistration import v1 as apiregistration
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.config.telemetry import PROMETHEUS, TELEMETRY_NAMESPACE
from gpu_cluster.exemption import Exemption
from gpu_cluster.images import METRICS_ADAPTER
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import (
    api_token_mount,
    api_token_volume,
    restricted_container,
    restricted_pod,
)
from gpu_cluster.kubernetes.telemetry.prometheus import PORT as PROMETHEUS_PORT

NAME = "prometheus-adapter"
PORT = 6443
LABELS = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": "gpu-cluster"}
_GROUP, _VERSION = "custom.metrics.k8s.io", "v1beta1"
_USER = 65534
_RBAC = "rbac.authorization.k8s.io"

EXEMPT = (
    Exemption(
        "60-digest-pinned",
        "Deployment",
        "No public list has the digest of its release; a mirror of one's own decides which image it is.",
        NAME,
    ),
)


def metrics_adapter(
    name: str,
    metrics: Collection[str],
    *,
    mirror: str | None,
    tolerations: Sequence[core.TolerationArgs],
    opts: pulumi.ResourceOptions,
) -> None:
    """The API is the first to go: without a server behind it no namespace can be deleted."""
    named = metadata(NAME, TELEMETRY_NAMESPACE, labels=LABELS)
    account = core.ServiceAccount(
        f"{name}-adapter-account", metadata=named, automount_service_account_token=False, opts=opts
    )
    config = core.ConfigMap(
        f"{name}-adapter-config", metadata=named, data={"config.yaml": adapter_config(metrics)}, opts=opts
    )
    needs = [account, config, *_access(name, opts)]
    server = apps.Deployment(
        f"{name}-adapter",
        metadata=named,
        spec=apps.DeploymentSpecArgs(
            replicas=1,
            selector=meta.LabelSelectorArgs(match_labels=LABELS),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(
                    labels=LABELS, annotations={"gpu-cluster/metrics": ",".join(sorted(metrics))}
                ),
                spec=_pod(METRICS_ADAPTER.at(mirror), tolerations),
            ),
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=needs)),
    )
    service = core.Service(
        f"{name}-adapter-service",
        metadata=metadata(NAME, TELEMETRY_NAMESPACE, labels=LABELS, awaited=False),
        spec=core.ServiceSpecArgs(
            selector=LABELS, ports=[core.ServicePortArgs(name="https", port=443, target_port="https")]
        ),
        opts=opts,
    )
    apiregistration.APIService(
        f"{name}-adapter-api",
        metadata=metadata(f"{_VERSION}.{_GROUP}"),
        spec=apiregistration.APIServiceSpecArgs(
            group=_GROUP,
            version=_VERSION,
            group_priority_minimum=100,
            version_priority=100,
            # It signs its own certificate when it starts.
            insecure_skip_tls_verify=True,
            service=apiregistration.ServiceReferenceArgs(name=NAME, namespace=TELEMETRY_NAMESPACE),
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[server, service])),
    )


def adapter_config(metrics: Collection[str]) -> str:
    """One rule a metric: the sum of a pod's series, under the metric's own name."""
    by = {label: {"resource": label} for label in ("namespace", "pod")}
    rules: list[dict[str, Any]] = [
        {
            "seriesQuery": f'{metric}{{namespace!="",pod!=""}}',
            "resources": {"overrides": by},
            "metricsQuery": "sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)",
        }
        for metric in sorted(metrics)
    ]
    return yaml.safe_dump({"rules": rules}, sort_keys=False, width=1000)


def _access(name: str, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """Find pods by their labels; ask the API server who calls, and whether they may."""
    subject = rbac.SubjectArgs(kind="ServiceAccount", name=NAME, namespace=TELEMETRY_NAMESPACE)
    role = rbac.ClusterRole(
        f"{name}-adapter-role",
        metadata=metadata(f"gpu-cluster-{NAME}"),
        rules=[
            rbac.PolicyRuleArgs(
                api_groups=[""], resources=["namespaces", "pods"], verbs=["get", "list", "watch"]
            )
        ],
        opts=opts,
    )
    bound = {"binding": f"gpu-cluster-{NAME}", "delegator": "system:auth-delegator"}
    return [
        *(
            rbac.ClusterRoleBinding(
                f"{name}-adapter-{key}",
                metadata=metadata(f"gpu-cluster-{NAME}-{key}"),
                role_ref=rbac.RoleRefArgs(api_group=_RBAC, kind="ClusterRole", name=cluster_role),
                subjects=[subject],
                opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[role])),
            )
            for key, cluster_role in bound.items()
        ),
        rbac.RoleBinding(
            f"{name}-adapter-reader",
            metadata=metadata(f"gpu-cluster-{NAME}", "kube-system"),
            role_ref=rbac.RoleRefArgs(
                api_group=_RBAC, kind="Role", name="extension-apiserver-authentication-reader"
            ),
            subjects=[subject],
            opts=opts,
        ),
    ]


def _pod(image: str, tolerations: Sequence[core.TolerationArgs]) -> core.PodSpecArgs:
    ready, live = (
        core.HTTPGetActionArgs(path=path, port="https", scheme="HTTPS") for path in ("/readyz", "/livez")
    )
    mounts = {"config": "/etc/adapter", "certificates": "/certificates"}
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
                    f"--secure-port={PORT}",
                    "--cert-dir=/certificates",
                    "--config=/etc/adapter/config.yaml",
                    f"--prometheus-url=http://{PROMETHEUS}.{TELEMETRY_NAMESPACE}.svc:{PROMETHEUS_PORT}",
                    "--metrics-relist-interval=1m",
                ],
                ports=[core.ContainerPortArgs(name="https", container_port=PORT)],
                readiness_probe=core.ProbeArgs(http_get=ready, period_seconds=10, timeout_seconds=5),
                liveness_probe=core.ProbeArgs(
                    http_get=live, period_seconds=30, timeout_seconds=5, failure_threshold=6
                ),
                resources=core.ResourceRequirementsArgs(
                    requests={"cpu": "25m", "memory": "64Mi"}, limits={"memory": "256Mi"}
                ),
                security_context=restricted_container(),
                volume_mounts=[
                    *(core.VolumeMountArgs(name=key, mount_path=path) for key, path in mounts.items()),
                    api_token_mount(),
                ],
            )
        ],
        volumes=[
            core.VolumeArgs(name="config", config_map=core.ConfigMapVolumeSourceArgs(name=NAME)),
            core.VolumeArgs(name="certificates", empty_dir=core.EmptyDirVolumeSourceArgs(size_limit="1Mi")),
            api_token_volume(),
        ],
    )
