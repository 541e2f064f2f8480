"""Endpoint pickers of the Gateway API Inference Extension: which replica of a model has a prompt's prefix.

A picker remembers the prompts that it sent to each replica and reads the replicas' metrics. Its memory is
its own, so that one of two chooses, and the other only while the first does not answer.
"""

import json
from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apiextensions import v1 as apiextensions
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.networking import v1 as networking
from pulumi_kubernetes.policy import v1 as policy
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.capacity.gateway_requests import PICKER_LIMITS, PICKER_REQUESTS
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.routing import PICKER_SUFFIX, STANDBY_SUFFIX
from gpu_cluster.kubernetes.gateway import inference_pool
from gpu_cluster.kubernetes.gateway.endpoint_picker_config import configuration
from gpu_cluster.kubernetes.gateway.names import ENVOY, PICKER_PORT
from gpu_cluster.kubernetes.gateway.prefix_routing import backends
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.scheduling import ServerNodes, spread_over_hosts
from gpu_cluster.kubernetes.security import (
    api_token_mount,
    api_token_volume,
    restricted_container,
    restricted_pod,
    to_api_server,
)
from gpu_cluster.kubernetes.security.rbac import account_subject, bound_role
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.serving.model import service_selector
from gpu_cluster.kubernetes.serving.server import PORT

NAME = "endpoint-picker"
_LABELS = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": "gpu-cluster"}
_MODEL = "gpu-cluster/model"
_HEALTH = 9003
_USER = 65532


def allowances() -> dict[str, networking.NetworkPolicySpecArgs]:
    """Egress of pickers to the API server. Metrics of models are open to pods of their namespace."""
    return to_api_server("picker-api", pods=_LABELS)


def pool_definition(name: str, *, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """The kind InferencePool, which no release of Envoy Gateway's charts brings."""
    return apiextensions.CustomResourceDefinition(
        f"{name}-pools",
        metadata=metadata(
            f"{inference_pool.PLURAL}.{inference_pool.GROUP}", annotations=inference_pool.APPROVED
        ),
        spec=inference_pool.definition(),  # pyright: ignore[reportArgumentType]  # the schema of a schema is recursive
        opts=opts,
    )


def access(name: str, namespace: str, *, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """Account of the namespace's pickers, which read its pods and InferencePools."""
    account = service_account(f"{name}-picker-account", metadata(NAME, namespace, labels=_LABELS), opts)
    binding = bound_role(
        f"{name}-picker",
        NAME,
        namespace,
        [
            rbac.PolicyRuleArgs(api_groups=[group], resources=[kind], verbs=["get", "list", "watch"])
            for group, kind in (("", "pods"), (inference_pool.GROUP, inference_pool.PLURAL))
        ],
        [account_subject(NAME, namespace)],
        labels=_LABELS,
        after=[account],
        opts=opts,
    )
    return [account, binding]


def endpoint_pickers(
    name: str,
    key: str,
    settings: ModelSettings,
    *,
    namespace: str,
    image: str,
    nodes: ServerNodes,
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """The picker of a model and its standby, each behind a Service."""
    labels = _LABELS | {_MODEL: key}
    policy.PodDisruptionBudget(
        f"{name}-{key}{PICKER_SUFFIX}-disruptions",
        metadata=metadata(f"{key}{PICKER_SUFFIX}", namespace, labels=labels),
        spec=policy.PodDisruptionBudgetSpecArgs(
            min_available=1,
            selector=meta.LabelSelectorArgs(match_labels=labels),
            unhealthy_pod_eviction_policy="AlwaysAllow",
        ),
        opts=opts,
    )
    pool = CustomResource(
        f"{name}-{key}-pool",
        api_version=inference_pool.API_VERSION,
        kind=inference_pool.KIND,
        metadata=metadata(key, namespace, labels=labels),
        spec=inference_pool.pool(service_selector(key, settings), PORT, f"{key}{PICKER_SUFFIX}", PICKER_PORT),
        opts=opts,
    )
    made: list[pulumi.Resource] = [
        pool,
        *(
            CustomResource(
                f"{name}-{backend}-backend",
                api_version=ENVOY,
                kind="Backend",
                metadata=metadata(backend, namespace, labels=labels),
                spec=spec,
                opts=opts,
            )
            for backend, spec in backends(key, namespace).items()
        ),
    ]
    pod = _pod(key, settings, namespace, labels, image, nodes)
    for suffix in (PICKER_SUFFIX, STANDBY_SUFFIX):
        made += _picker(name, f"{key}{suffix}", namespace, labels, pod, pool=pool, opts=opts)
    return made


def _picker(
    name: str,
    key: str,
    namespace: str,
    labels: Mapping[str, str],
    pod: core.PodSpecArgs,
    *,
    pool: pulumi.Resource,
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    own = {**labels, "app.kubernetes.io/instance": key}
    port = core.ServicePortArgs(name="grpc", port=PICKER_PORT, target_port="grpc")
    service = core.Service(
        f"{name}-{key}-service",
        metadata=metadata(key, namespace, labels=own, awaited=False),
        spec=core.ServiceSpecArgs(selector=own, ports=[port]),
        opts=opts,
    )
    deployment = apps.Deployment(
        f"{name}-{key}",
        metadata=metadata(key, namespace, labels=own),
        spec=apps.DeploymentSpecArgs(
            replicas=1,
            # A picker that ends is followed by one that is ready.
            strategy=apps.DeploymentStrategyArgs(
                type="RollingUpdate",
                rolling_update=apps.RollingUpdateDeploymentArgs(max_surge=1, max_unavailable=0),
            ),
            selector=meta.LabelSelectorArgs(match_labels=own),
            template=core.PodTemplateSpecArgs(metadata=meta.ObjectMetaArgs(labels=own), spec=pod),
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[pool])),
    )
    return [service, deployment]


def _pod(
    key: str,
    settings: ModelSettings,
    namespace: str,
    labels: dict[str, str],
    image: str,
    nodes: ServerNodes,
) -> core.PodSpecArgs:
    answers = core.GRPCActionArgs(port=_HEALTH, service="inference-extension")
    options = {
        "pool-name": key,
        "pool-namespace": namespace,
        "grpc-port": str(PICKER_PORT),
        "grpc-health-port": str(_HEALTH),
        # Envoy asks it on the port of the requests.
        "health-checking": "true",
        "secure-serving": "false",
        "enable-pprof": "false",
        "tracing": "false",
        "zap-encoder": "json",
        "v": "1",
        "config-text": json.dumps(configuration(settings), indent=1),
    }
    return core.PodSpecArgs(
        service_account_name=NAME,
        automount_service_account_token=False,
        enable_service_links=False,
        node_selector=nodes.selector or None,
        tolerations=nodes.arguments or None,
        topology_spread_constraints=[spread_over_hosts(labels)],
        security_context=restricted_pod(_USER),
        containers=[
            core.ContainerArgs(
                name=NAME,
                image=image,
                command=["/epp"],
                args=[f"--{option}={value}" for option, value in options.items()],
                ports=[core.ContainerPortArgs(name="grpc", container_port=PICKER_PORT)],
                readiness_probe=core.ProbeArgs(grpc=answers, period_seconds=2),
                liveness_probe=core.ProbeArgs(grpc=answers, initial_delay_seconds=10, period_seconds=10),
                resources=core.ResourceRequirementsArgs(
                    requests=dict(PICKER_REQUESTS), limits=dict(PICKER_LIMITS)
                ),
                security_context=restricted_container(),
                volume_mounts=[api_token_mount()],
            )
        ],
        volumes=[api_token_volume()],
    )
