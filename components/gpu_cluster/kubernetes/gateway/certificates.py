"""Certificates by which Envoy Gateway and its proxies authenticate each other.

The chart makes them by a hook, and the engine renders charts without their hooks. So this is the same Job:
charts/gateway-helm/templates/certgen.yaml and certgen-rbac.yaml of envoyproxy/gateway v1.6.0, 2026-11-30.
"""

import pulumi
from pulumi_kubernetes.batch import v1 as batch
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.scheduling import ServerNodes
from gpu_cluster.kubernetes.security import (
    api_token_mount,
    api_token_volume,
    restricted_container,
    restricted_pod,
)
from gpu_cluster.kubernetes.security.rbac import account_subject, bound_role
from gpu_cluster.kubernetes.security.service_account import service_account

NAME = "envoy-gateway-certgen"
SECRETS = ("envoy", "envoy-gateway", "envoy-oidc-hmac", "envoy-rate-limit")
"""Secrets that it makes (internal/provider/kubernetes/secrets.go)."""

_USER = 65532
_LABELS = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": "gpu-cluster"}


def certificates(
    name: str, namespace: str, *, image: str, nodes: ServerNodes, opts: pulumi.ResourceOptions
) -> batch.Job:
    """The Job; it keeps existing certificates."""
    named = metadata(NAME, namespace, labels=_LABELS)
    account = service_account(f"{name}-certgen-account", named, opts)
    binding = bound_role(
        f"{name}-certgen",
        NAME,
        namespace,
        [
            rbac.PolicyRuleArgs(api_groups=[""], resources=["secrets"], verbs=["create"]),
            rbac.PolicyRuleArgs(
                api_groups=[""], resources=["secrets"], resource_names=list(SECRETS), verbs=["get", "update"]
            ),
        ],
        [account_subject(NAME, namespace)],
        labels=_LABELS,
        after=[account],
        opts=opts,
    )
    return batch.Job(
        f"{name}-certgen",
        metadata=named,
        spec=batch.JobSpecArgs(
            backoff_limit=3,
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(labels=_LABELS), spec=_pod(image, nodes)
            ),
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[binding])),
    )


def _pod(image: str, nodes: ServerNodes) -> core.PodSpecArgs:
    namespace = core.ObjectFieldSelectorArgs(field_path="metadata.namespace")
    return core.PodSpecArgs(
        service_account_name=NAME,
        automount_service_account_token=False,
        enable_service_links=False,
        restart_policy="Never",
        node_selector=nodes.selector or None,
        tolerations=nodes.arguments or None,
        security_context=restricted_pod(_USER),
        containers=[
            core.ContainerArgs(
                name="certgen",
                image=image,
                command=["envoy-gateway", "certgen"],
                args=["--disable-topology-injector"],
                env=[
                    core.EnvVarArgs(
                        name="ENVOY_GATEWAY_NAMESPACE", value_from=core.EnvVarSourceArgs(field_ref=namespace)
                    ),
                    core.EnvVarArgs(name="KUBERNETES_CLUSTER_DOMAIN", value="cluster.local"),
                ],
                resources=core.ResourceRequirementsArgs(
                    requests={"cpu": "100m", "memory": "64Mi"}, limits={"memory": "256Mi"}
                ),
                security_context=restricted_container(),
                volume_mounts=[api_token_mount()],
            )
        ],
        volumes=[api_token_volume()],
    )
