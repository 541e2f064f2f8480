"""Prometheus: one server with a volume of its own."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.config.quantity import amount
from gpu_cluster.config.telemetry import PROMETHEUS as NAME
from gpu_cluster.config.telemetry import PROMETHEUS_LABELS as LABELS
from gpu_cluster.config.telemetry import TELEMETRY_NAMESPACE, TelemetrySettings
from gpu_cluster.kubernetes.object_metadata import config_annotations, metadata
from gpu_cluster.kubernetes.security import api_token_mount, api_token_volume
from gpu_cluster.kubernetes.security.rbac import account_subject, bound_cluster_role
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.storage import StorageClassNames
from gpu_cluster.kubernetes.storage.claims import claim_template
from gpu_cluster.kubernetes.telemetry.server_pods import (
    server_pod,
    service,
)

PORT = 9090
_ROLE = "gpu-cluster-prometheus"
_DATA = "data"
_FILE = "prometheus.yml"
_MIB = 1024**2
_FULL = Decimal("0.8")
"""Part of the volume that blocks may fill: the head and its log need the rest."""


def prometheus(
    name: str,
    settings: TelemetrySettings,
    image: str,
    *,
    config: str,
    rules: Mapping[str, str],
    storage: StorageClassNames,
    mounted: Mapping[str, Sequence[pulumi.Resource]],
    tolerations: Sequence[core.TolerationArgs],
    opts: pulumi.ResourceOptions,
) -> None:
    """A new configuration is a new pod: it reads its files when it starts.

    `mounted`: what is created before a volume of each class.
    """
    named = metadata(NAME, TELEMETRY_NAMESPACE, labels=LABELS)
    account = service_account(f"{name}-prometheus-account", named, opts)
    contents = {_FILE: config, **rules}
    files = core.ConfigMap(f"{name}-prometheus-config", metadata=named, data=contents, opts=opts)
    chosen = _class(settings, storage)
    claim = None if chosen in storage.shared else claim_template(_DATA, settings.size, chosen)
    needs = [account, files, _access(name, opts), *mounted.get(chosen or "", ())]
    server = apps.StatefulSet(
        f"{name}-prometheus",
        metadata=named,
        spec=apps.StatefulSetSpecArgs(
            service_name=NAME,
            replicas=1,
            selector=meta.LabelSelectorArgs(match_labels=LABELS),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(
                    labels=LABELS, annotations=config_annotations(json.dumps(contents, sort_keys=True))
                ),
                spec=_pod(settings, image, tolerations, volume=claim is not None),
            ),
            volume_claim_templates=[claim] if claim else None,
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=needs)),
    )
    after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[server]))
    service(f"{name}-prometheus-service", NAME, PORT, opts=after)


def _access(name: str, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Permission to find pods and nodes, and to read the kubelets' metrics."""
    rules = [
        rbac.PolicyRuleArgs(api_groups=[""], resources=["nodes", "pods"], verbs=["get", "list", "watch"]),
        rbac.PolicyRuleArgs(api_groups=[""], resources=["nodes/metrics"], verbs=["get"]),
    ]
    subject = account_subject(NAME, TELEMETRY_NAMESPACE)
    return bound_cluster_role(f"{name}-prometheus", _ROLE, rules, subject, opts=opts)


def _class(settings: TelemetrySettings, storage: StorageClassNames) -> str | None:
    """A class of disks where there is one: Prometheus supports no NFS, EFS included.

    https://prometheus.io/docs/prometheus/latest/storage/, read 2026-11-29.
    """
    chosen = settings.storage_class or storage.default
    return next(iter(sorted(storage.scratch)), chosen) if chosen in storage.shared else chosen


def _pod(
    settings: TelemetrySettings, image: str, tolerations: Sequence[core.TolerationArgs], *, volume: bool
) -> core.PodSpecArgs:
    ready, live = (core.HTTPGetActionArgs(path=path, port="http") for path in ("/-/ready", "/-/healthy"))
    size = int(amount(settings.size) * _FULL / _MIB)
    memory = int(amount(settings.memory) * 4 / _MIB)
    empty = core.VolumeArgs(name=_DATA, empty_dir=core.EmptyDirVolumeSourceArgs(size_limit=settings.size))
    config = core.VolumeArgs(name="config", config_map=core.ConfigMapVolumeSourceArgs(name=NAME))
    return server_pod(
        NAME,
        image,
        arguments=[
            f"--config.file=/etc/prometheus/{_FILE}",
            "--storage.tsdb.path=/prometheus",
            f"--storage.tsdb.retention.time={settings.retention_days}d",
            f"--storage.tsdb.retention.size={size}MB",
            f"--web.listen-address=:{PORT}",
        ],
        port=core.ContainerPortArgs(name="http", container_port=PORT),
        startup=core.ProbeArgs(http_get=ready, period_seconds=10, failure_threshold=90),
        ready=ready,
        live=live,
        requests={"cpu": settings.cpu, "memory": settings.memory},
        memory=f"{memory}Mi",
        mounts=[
            core.VolumeMountArgs(name="config", mount_path="/etc/prometheus", read_only=True),
            core.VolumeMountArgs(name=_DATA, mount_path="/prometheus"),
            api_token_mount(),
        ],
        volumes=[config, api_token_volume(), *([] if volume else [empty])],
        tolerations=tolerations,
        grace_seconds=120,  # it writes its head to the volume
    )
