"""Alertmanager: sends alerts by mail, to a topic of SNS or to a webhook.

Keys: https://prometheus.io/docs/alerting/latest/configuration/, read 2026-11-29.
"""

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.capacity.telemetry_requests import SERVER_REQUESTS
from gpu_cluster.config.alerts import ALERTMANAGER as NAME
from gpu_cluster.config.alerts import AlertSettings
from gpu_cluster.config.telemetry import TELEMETRY_NAMESPACE
from gpu_cluster.kubernetes.object_metadata import config_annotations, metadata
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.telemetry.server_pods import labels_of, server_pod, service
from gpu_cluster.kubernetes.telemetry.yaml_text import yaml_text

PORT = 9093
LABELS = labels_of(NAME)
_SECRETS = "/etc/alertmanager-secrets"
_FILE = "alertmanager.yml"


def alertmanager(
    name: str,
    settings: AlertSettings,
    image: str,
    *,
    tolerations: Sequence[core.TolerationArgs],
    opts: pulumi.ResourceOptions,
) -> None:
    """Creates one replica: silences are in its memory, and go with its pod.

    An update does not wait for it if users create its Secret, in the namespace that the update creates.
    """
    named = metadata(NAME, TELEMETRY_NAMESPACE, labels=LABELS)
    config = alertmanager_config(settings)
    account = service_account(f"{name}-alerts-account", named, opts)
    files = core.ConfigMap(f"{name}-alerts-config", metadata=named, data={_FILE: config}, opts=opts)
    apps.Deployment(
        f"{name}-alerts",
        metadata=metadata(NAME, TELEMETRY_NAMESPACE, labels=LABELS, awaited=not settings.secret),
        spec=apps.DeploymentSpecArgs(
            replicas=1,
            strategy=apps.DeploymentStrategyArgs(type="Recreate"),
            selector=meta.LabelSelectorArgs(match_labels=LABELS),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(labels=LABELS, annotations=config_annotations(config)),
                spec=_pod(settings, image, tolerations),
            ),
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[account, files])),
    )
    service(f"{name}-alerts-service", NAME, PORT, opts=opts)


def alertmanager_config(settings: AlertSettings) -> str:
    """The configuration as YAML; its secrets are files of the Secret that the settings name."""
    receiver: dict[str, Any] = {"name": "platform"}
    if mail := settings.mail:
        user = (
            {"auth_username": mail.user, "auth_password_file": f"{_SECRETS}/mail-password"}
            if mail.user
            else {}
        )
        receiver["email_configs"] = [
            {"to": ", ".join(sorted(mail.to)), "from": mail.sender, "smarthost": mail.server, **user}
        ]
    if sns := settings.sns:
        receiver["sns_configs"] = [{"topic_arn": sns.topic, "sigv4": {"region": sns.topic.split(":")[3]}}]
    if settings.webhook:
        receiver["webhook_configs"] = [{"url_file": f"{_SECRETS}/webhook-url"}]
    config = {
        "route": {
            "receiver": "platform",
            "group_by": ["alertname", "node", "namespace"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "12h",
        },
        "receivers": [receiver],
    }
    return yaml_text(config)


def _pod(settings: AlertSettings, image: str, tolerations: Sequence[core.TolerationArgs]) -> core.PodSpecArgs:
    ready, live = (core.HTTPGetActionArgs(path=path, port="http") for path in ("/-/ready", "/-/healthy"))
    mounts = {"config": "/etc/alertmanager", "data": "/alertmanager"}
    volumes = [
        core.VolumeArgs(name="config", config_map=core.ConfigMapVolumeSourceArgs(name=NAME)),
        core.VolumeArgs(name="data", empty_dir=core.EmptyDirVolumeSourceArgs(size_limit="256Mi")),
    ]
    if settings.secret:
        mounts["secrets"] = _SECRETS
        secret = core.SecretVolumeSourceArgs(secret_name=settings.secret)
        volumes.append(core.VolumeArgs(name="secrets", secret=secret))
    return server_pod(
        NAME,
        image,
        arguments=[
            f"--config.file=/etc/alertmanager/{_FILE}",
            "--storage.path=/alertmanager",
            f"--web.listen-address=:{PORT}",
            "--cluster.listen-address=",
        ],
        port=core.ContainerPortArgs(name="http", container_port=PORT),
        ready=ready,
        live=live,
        requests=SERVER_REQUESTS[NAME],
        memory="256Mi",
        mounts=[
            core.VolumeMountArgs(name=key, mount_path=path, read_only=None if key == "data" else True)
            for key, path in mounts.items()
        ],
        volumes=volumes,
        tolerations=tolerations,
    )
