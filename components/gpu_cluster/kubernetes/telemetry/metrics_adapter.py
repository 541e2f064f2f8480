"""prometheus-adapter: serves the waiting queue of each model to its autoscaler, as a custom metric of pods.

Sources: pkg/config/config.go and deploy/manifests of kubernetes-sigs/prometheus-adapter, read 2026-11-29.
"""

from collections.abc import Collection, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes.apiregistration import v1 as apiregistration
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.capacity.telemetry_requests import METRICS_ADAPTER as NAME
from gpu_cluster.capacity.telemetry_requests import SERVER_REQUESTS
from gpu_cluster.config.telemetry import PROMETHEUS, TELEMETRY_NAMESPACE
from gpu_cluster.exemption import Exemption
from gpu_cluster.images import METRICS_ADAPTER
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import api_token_mount, api_token_volume
from gpu_cluster.kubernetes.security.rbac import account_subject, role_ref
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.telemetry.prometheus import PORT as PROMETHEUS_PORT
from gpu_cluster.kubernetes.telemetry.server_pods import labels_of, server_pod, service
from gpu_cluster.kubernetes.telemetry.yaml_text import yaml_text

PORT = 6443
LABELS = labels_of(NAME)
_ROLE = f"gpu-cluster-{NAME}"
_GROUP, _VERSION = "custom.metrics.k8s.io", "v1beta1"

EXEMPT = (
    Exemption(
        "60-digest-pinned",
        "Deployment",
        "No public list has the digest of its release; a mirror of one's own decides which image it is.",
        NAME,
    ),
    Exemption(
        "111-api-extensions",
        "APIService",
        "The adapter signs its own certificate when it starts, so no authority is known before. Only the API "
        "server calls it, and it serves numbers of models.",
        f"{_VERSION}.{_GROUP}",
    ),
)


def metrics_adapter(
    name: str,
    metrics: Collection[str],
    *,
    mirror: str | None,
    tolerations: Sequence[core.TolerationArgs],
    namespaces: Sequence[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> None:
    """The API is created after, and deleted before, `namespaces`: without a server behind it none of them can
    be deleted."""
    named = metadata(NAME, TELEMETRY_NAMESPACE, labels=LABELS)
    account = service_account(f"{name}-adapter-account", named, opts)
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
    entrance = service(f"{name}-adapter-service", NAME, 443, target="https", opts=opts)
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
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(depends_on=[server, entrance, *namespaces])
        ),
    )


def adapter_config(metrics: Collection[str]) -> str:
    """Rules as YAML, one for each metric: the sum of a pod's series, under the metric's own name."""
    by = {label: {"resource": label} for label in ("namespace", "pod")}
    rules: list[dict[str, Any]] = [
        {
            "seriesQuery": f'{metric}{{namespace!="",pod!=""}}',
            "resources": {"overrides": by},
            "metricsQuery": "sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)",
        }
        for metric in sorted(metrics)
    ]
    return yaml_text({"rules": rules})


def _access(name: str, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """Find pods by their labels; ask the API server who calls, and whether they may."""
    role = rbac.ClusterRole(
        f"{name}-adapter-role",
        metadata=metadata(_ROLE),
        rules=[
            rbac.PolicyRuleArgs(
                api_groups=[""], resources=["namespaces", "pods"], verbs=["get", "list", "watch"]
            )
        ],
        opts=opts,
    )
    after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[role]))
    subject = account_subject(NAME, TELEMETRY_NAMESPACE)
    bound = {"binding": _ROLE, "delegator": "system:auth-delegator"}
    return [
        *(
            rbac.ClusterRoleBinding(
                f"{name}-adapter-{key}",
                metadata=metadata(f"{_ROLE}-{key}"),
                role_ref=role_ref("ClusterRole", cluster_role),
                subjects=[subject],
                opts=after,
            )
            for key, cluster_role in bound.items()
        ),
        rbac.RoleBinding(
            f"{name}-adapter-reader",
            metadata=metadata(_ROLE, "kube-system"),
            role_ref=role_ref("Role", "extension-apiserver-authentication-reader"),
            subjects=[subject],
            opts=opts,
        ),
    ]


def _pod(image: str, tolerations: Sequence[core.TolerationArgs]) -> core.PodSpecArgs:
    ready, live = (
        core.HTTPGetActionArgs(path=path, port="https", scheme="HTTPS") for path in ("/readyz", "/livez")
    )
    mounts = {"config": "/etc/adapter", "certificates": "/certificates"}
    return server_pod(
        NAME,
        image,
        arguments=[
            f"--secure-port={PORT}",
            "--cert-dir=/certificates",
            "--config=/etc/adapter/config.yaml",
            f"--prometheus-url=http://{PROMETHEUS}.{TELEMETRY_NAMESPACE}.svc:{PROMETHEUS_PORT}",
            "--metrics-relist-interval=1m",
        ],
        port=core.ContainerPortArgs(name="https", container_port=PORT),
        ready=ready,
        live=live,
        requests=SERVER_REQUESTS[NAME],
        memory="256Mi",
        mounts=[
            *(core.VolumeMountArgs(name=key, mount_path=path) for key, path in mounts.items()),
            api_token_mount(),
        ],
        volumes=[
            core.VolumeArgs(name="config", config_map=core.ConfigMapVolumeSourceArgs(name=NAME)),
            core.VolumeArgs(name="certificates", empty_dir=core.EmptyDirVolumeSourceArgs(size_limit="1Mi")),
            api_token_volume(),
        ],
        tolerations=tolerations,
    )
