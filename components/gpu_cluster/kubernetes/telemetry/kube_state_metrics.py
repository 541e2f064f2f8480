"""kube-state-metrics: objects of the cluster as metrics, without the contents of any."""

from collections.abc import Collection, Mapping, Sequence

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.capacity.telemetry_requests import KUBE_STATE_METRICS as NAME
from gpu_cluster.capacity.telemetry_requests import SERVER_REQUESTS
from gpu_cluster.config.telemetry import TELEMETRY_NAMESPACE
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import api_token_mount, api_token_volume
from gpu_cluster.kubernetes.security.rbac import account_subject, bound_cluster_role
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.telemetry.server_pods import labels_of, server_pod

PORT = 8080
LABELS = labels_of(NAME)
_ROLE = f"gpu-cluster-{NAME}"
_SELF_PORT = 8081
_TEAM_LABEL = "gpu-cluster/team"
_POD_LABELS = ("app.kubernetes.io/instance", "app.kubernetes.io/part-of")
"""Labels with the model or service of a pod."""

_KINDS: Mapping[str, tuple[str, ...]] = {
    "": ("namespaces", "nodes", "persistentvolumeclaims", "pods", "resourcequotas"),
    "apps": ("daemonsets", "deployments", "replicasets", "statefulsets"),
    "autoscaling": ("horizontalpodautoscalers",),
    "batch": ("jobs",),
    "policy": ("poddisruptionbudgets",),
}
"""Kinds by API group, without Secrets and ConfigMaps."""


def kube_state_metrics(
    name: str,
    image: str,
    *,
    node_labels: Collection[str],
    tolerations: Sequence[core.TolerationArgs],
    opts: pulumi.ResourceOptions,
) -> None:
    """`node_labels`: those that become labels of series."""
    named = metadata(NAME, TELEMETRY_NAMESPACE, labels=LABELS)
    account = service_account(f"{name}-objects-account", named, opts)
    rules = [
        rbac.PolicyRuleArgs(api_groups=[group], resources=list(kinds), verbs=["list", "watch"])
        for group, kinds in _KINDS.items()
    ]
    subject = account_subject(NAME, TELEMETRY_NAMESPACE)
    binding = bound_cluster_role(f"{name}-objects", _ROLE, rules, subject, opts=opts)
    apps.Deployment(
        f"{name}-objects",
        metadata=named,
        spec=apps.DeploymentSpecArgs(
            replicas=1,
            selector=meta.LabelSelectorArgs(match_labels=LABELS),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(labels=LABELS), spec=_pod(image, node_labels, tolerations)
            ),
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[account, binding])),
    )


def _pod(
    image: str, node_labels: Collection[str], tolerations: Sequence[core.TolerationArgs]
) -> core.PodSpecArgs:
    ready, live = (
        core.HTTPGetActionArgs(path=path, port=port)
        for path, port in (("/readyz", _SELF_PORT), ("/livez", PORT))
    )
    labels = {"nodes": node_labels, "namespaces": (_TEAM_LABEL,), "pods": _POD_LABELS}
    allowed = ",".join(f"{kind}=[{','.join(keys)}]" for kind, keys in labels.items())
    kinds = ",".join(sorted(kind for every in _KINDS.values() for kind in every))
    return server_pod(
        NAME,
        image,
        arguments=[
            f"--port={PORT}",
            f"--telemetry-port={_SELF_PORT}",
            f"--resources={kinds}",
            f"--metric-labels-allowlist={allowed}",
        ],
        port=core.ContainerPortArgs(name="metrics", container_port=PORT),
        ready=ready,
        live=live,
        requests=SERVER_REQUESTS[NAME],
        memory="512Mi",
        mounts=[api_token_mount()],
        volumes=[api_token_volume()],
        tolerations=tolerations,
    )
