"""Log collector: one pod that receives records from the agents, and writes logs and events to the configured
destination."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.capacity.telemetry_requests import LOG_COLLECTOR_REQUESTS
from gpu_cluster.config.logs import LOG_COLLECTOR as NAME
from gpu_cluster.config.logs import LOGS_NAMESPACE, LogSettings
from gpu_cluster.kubernetes.logs.agent_config import HEALTH_PORT, OTLP_PORT
from gpu_cluster.kubernetes.logs.collector_config import DATA, collector_config
from gpu_cluster.kubernetes.object_metadata import config_annotations, metadata
from gpu_cluster.kubernetes.security import (
    api_token_mount,
    api_token_volume,
    restricted_container,
    restricted_pod,
)
from gpu_cluster.kubernetes.security.rbac import account_subject, bound_cluster_role
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.storage import StorageClassNames
from gpu_cluster.kubernetes.storage.claims import claim_template
from gpu_cluster.kubernetes.telemetry.exporters import probe
from gpu_cluster.kubernetes.telemetry.server_pods import (
    labels_of,
    service,
)

LABELS = labels_of(NAME)
_ROLE = "gpu-cluster-log-collector"
_USER = 65534
_FILE = "collector.yaml"
_CONFIG = "/etc/log-collector"


def log_collector(
    name: str,
    settings: LogSettings,
    image: str,
    *,
    region: str | None,
    group: pulumi.Input[str] | None,
    storage: StorageClassNames,
    mounted: Mapping[str, Sequence[pulumi.Resource]],
    tolerations: Sequence[core.TolerationArgs],
    opts: pulumi.ResourceOptions,
) -> None:
    """An update does not wait for it if users create its Secret, in the namespace that the update creates.

    `group`: log group of CloudWatch; `mounted`: what is created before a volume of each class.
    """
    secret = settings.otlp.secret if settings.otlp else None
    named = metadata(NAME, LOGS_NAMESPACE, labels=LABELS)
    config = collector_config(settings, region)
    account = service_account(f"{name}-account", named, opts)
    files = core.ConfigMap(f"{name}-config", metadata=named, data={_FILE: config}, opts=opts)
    chosen = settings.files.storage_class or storage.default if settings.files else None
    needs = [
        account,
        files,
        *([_access(name, opts)] if settings.events else ()),
        *mounted.get(chosen or "", ()),
    ]
    server = apps.StatefulSet(
        f"{name}-collector",
        metadata=metadata(NAME, LOGS_NAMESPACE, labels=LABELS, awaited=not secret),
        spec=apps.StatefulSetSpecArgs(
            service_name=NAME,
            replicas=1,
            selector=meta.LabelSelectorArgs(match_labels=LABELS),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(labels=LABELS, annotations=config_annotations(config)),
                spec=_pod(settings, image, group, tolerations),
            ),
            volume_claim_templates=[claim_template("data", settings.files.size, chosen)]
            if settings.files
            else None,
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=needs)),
    )
    after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[server]))
    service(f"{name}-service", NAME, OTLP_PORT, target="otlp", namespace=LOGS_NAMESPACE, opts=after)


def _access(name: str, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Permission to read events only."""
    rule = rbac.PolicyRuleArgs(
        api_groups=["events.k8s.io"], resources=["events"], verbs=["get", "list", "watch"]
    )
    return bound_cluster_role(name, _ROLE, [rule], account_subject(NAME, LOGS_NAMESPACE), opts=opts)


def _pod(
    settings: LogSettings,
    image: str,
    group: pulumi.Input[str] | None,
    tolerations: Sequence[core.TolerationArgs],
) -> core.PodSpecArgs:
    empty = core.VolumeArgs(name="data", empty_dir=core.EmptyDirVolumeSourceArgs(size_limit="2Gi"))
    return core.PodSpecArgs(
        service_account_name=NAME,
        automount_service_account_token=False,
        enable_service_links=False,
        security_context=restricted_pod(_USER),
        tolerations=tolerations or None,
        termination_grace_period_seconds=60,
        containers=[
            core.ContainerArgs(
                name=NAME,
                image=image,
                args=[f"--config={_CONFIG}/{_FILE}"],
                env=_variables(settings, group) or None,
                ports=[
                    core.ContainerPortArgs(name="otlp", container_port=OTLP_PORT),
                    core.ContainerPortArgs(name="health", container_port=HEALTH_PORT),
                ],
                readiness_probe=probe("/", HEALTH_PORT),
                liveness_probe=probe("/", HEALTH_PORT),
                resources=core.ResourceRequirementsArgs(
                    requests=LOG_COLLECTOR_REQUESTS, limits={"memory": "512Mi"}
                ),
                security_context=restricted_container(),
                volume_mounts=[
                    core.VolumeMountArgs(name="config", mount_path=_CONFIG, read_only=True),
                    core.VolumeMountArgs(name="data", mount_path=DATA),
                    *([api_token_mount()] if settings.events else []),
                ],
            )
        ],
        volumes=[
            core.VolumeArgs(name="config", config_map=core.ConfigMapVolumeSourceArgs(name=NAME)),
            *([api_token_volume()] if settings.events else []),
            *([] if settings.files else [empty]),
        ],
    )


def _variables(settings: LogSettings, group: pulumi.Input[str] | None) -> list[core.EnvVarArgs]:
    variables = [core.EnvVarArgs(name="LOG_GROUP", value=group)] if group is not None else []
    if settings.otlp and settings.otlp.secret:
        chosen = core.SecretKeySelectorArgs(name=settings.otlp.secret, key="authorization")
        source = core.EnvVarSourceArgs(secret_key_ref=chosen)
        variables.append(core.EnvVarArgs(name="AUTHORIZATION", value_from=source))
    return variables
