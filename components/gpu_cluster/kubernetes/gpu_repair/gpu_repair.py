"""Repair of nodes on existing clusters: a fault of a GPU becomes a condition, then a taint and a drain."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.capacity import Pool
from gpu_cluster.capacity.repair_requests import REPAIR_REQUESTS
from gpu_cluster.config.gpu import REPAIR_NAMESPACE, GpuRepairSettings
from gpu_cluster.exemption import Exemption
from gpu_cluster.images import NODE_PROBLEM_DETECTOR, PYTHON
from gpu_cluster.kubernetes.daemon_sets import PRIORITY_CLASS
from gpu_cluster.kubernetes.gpu_repair import drain_faulty, fault_detector
from gpu_cluster.kubernetes.gpu_repair.access import detector_access, repair_access
from gpu_cluster.kubernetes.object_metadata import config_annotations, metadata
from gpu_cluster.kubernetes.scheduling import only_gpu_pools, server_tolerations
from gpu_cluster.kubernetes.security import (
    Namespace,
    PodSecurity,
    api_token_mount,
    api_token_volume,
    restricted_container,
    restricted_pod,
    to_api_server,
)
from gpu_cluster.kubernetes.security.service_account import service_account

_NAME = "gpu-repair"
_PROGRAM = "drain_faulty.py"
_FOLDER = "/program"
_USER = 65534
_PORT = 8080
"""Port of the health endpoint."""

_LABELS = {"app.kubernetes.io/name": _NAME, "app.kubernetes.io/part-of": "gpu-cluster"}
_QUOTA = {"pods": "5k"}
"""A detector on each of the nodes that Kubernetes supports."""


class GpuRepair(pulumi.ComponentResource):
    """Detectors on the nodes of pools with GPUs, and one program that taints and drains.

    GpuRepair("platform-gpu-repair", stack.gpu.repair, pools=pools, mirror=stack.mirror)
    """

    EXEMPT: ClassVar = (
        Exemption(
            "63-own-namespace",
            "Namespace",
            "The fault detector reads the kernel log, and Pod Security baseline allows no host paths.",
            REPAIR_NAMESPACE,
        ),
        Exemption(
            "75-gpu-placement",
            "Deployment",
            "Every node of the stack has GPUs, so that repair runs beside them.",
            _NAME,
            only_gpu_pools,
        ),
        *fault_detector.EXEMPT,
    )

    def __init__(
        self,
        name: str,
        settings: GpuRepairSettings,
        *,
        pools: Mapping[str, Pool],
        mirror: str | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("gpu-cluster:index:GpuRepair", name, None, opts)
        namespace = Namespace(
            name,
            REPAIR_NAMESPACE,
            PodSecurity.PRIVILEGED,
            quota=_QUOTA,
            priority_class=PRIORITY_CLASS,
            allowances=to_api_server(),
            opts=pulumi.ResourceOptions(parent=self),
        )
        inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        detector = f"{name}-detector"
        with_gpus = {key: pool for key, pool in pools.items() if pool.gpus}
        needs = [
            service_account(f"{detector}-account", metadata(fault_detector.NAME, REPAIR_NAMESPACE), inside),
            *detector_access(detector, fault_detector.NAME, inside),
        ]
        fault_detector.fault_detector(
            detector,
            with_gpus,
            NODE_PROBLEM_DETECTOR.at(mirror),
            opts=pulumi.ResourceOptions(parent=self, depends_on=needs),
        )
        needs = [
            service_account(f"{name}-account", metadata(_NAME, REPAIR_NAMESPACE), inside),
            *repair_access(name, _NAME, inside),
        ]
        _deployment(
            name,
            settings,
            with_gpus,
            PYTHON.at(mirror),
            tolerations=server_tolerations(pools),
            opts=pulumi.ResourceOptions(parent=self, depends_on=needs),
        )
        self.register_outputs({})


def _deployment(
    name: str,
    settings: GpuRepairSettings,
    pools: Mapping[str, Pool],
    image: str,
    *,
    tolerations: Sequence[core.TolerationArgs],
    opts: pulumi.ResourceOptions,
) -> None:
    """One pod at a time: two would each count the nodes with the taint, and taint one more."""
    program = Path(drain_faulty.__file__).read_text(encoding="utf-8")
    files = core.ConfigMap(
        f"{name}-program",
        metadata=metadata(_NAME, REPAIR_NAMESPACE, labels=_LABELS),
        data={_PROGRAM: program},
        opts=opts,
    )
    apps.Deployment(
        f"{name}-program",
        metadata=metadata(_NAME, REPAIR_NAMESPACE, labels=_LABELS),
        spec=apps.DeploymentSpecArgs(
            replicas=1,
            strategy=apps.DeploymentStrategyArgs(type="Recreate"),
            selector=meta.LabelSelectorArgs(match_labels=_LABELS),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(labels=_LABELS, annotations=config_annotations(program)),
                spec=_pod(settings, pools, image, tolerations),
            ),
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[files])),
    )


def _pod(
    settings: GpuRepairSettings,
    pools: Mapping[str, Pool],
    image: str,
    tolerations: Sequence[core.TolerationArgs],
) -> core.PodSpecArgs:
    selectors = json.dumps([dict(pool.selector) for pool in pools.values()], sort_keys=True)
    health = core.HTTPGetActionArgs(path="/", port="health")
    return core.PodSpecArgs(
        service_account_name=_NAME,
        automount_service_account_token=False,
        enable_service_links=False,
        security_context=restricted_pod(_USER),
        tolerations=tolerations or None,
        containers=[
            core.ContainerArgs(
                name=_NAME,
                image=image,
                command=["python", f"{_FOLDER}/{_PROGRAM}"],
                args=[
                    f"--selectors={selectors}",
                    f"--at-once={settings.at_once}",
                    f"--after-seconds={settings.after_minutes * 60}",
                    f"--port={_PORT}",
                ],
                ports=[core.ContainerPortArgs(name="health", container_port=_PORT)],
                readiness_probe=core.ProbeArgs(http_get=health, period_seconds=10),
                liveness_probe=core.ProbeArgs(http_get=health, period_seconds=30, failure_threshold=6),
                resources=core.ResourceRequirementsArgs(requests=REPAIR_REQUESTS, limits={"memory": "256Mi"}),
                security_context=restricted_container(),
                volume_mounts=[
                    core.VolumeMountArgs(name="program", mount_path=_FOLDER, read_only=True),
                    api_token_mount(),
                ],
            )
        ],
        volumes=[
            core.VolumeArgs(name="program", config_map=core.ConfigMapVolumeSourceArgs(name=_NAME)),
            api_token_volume(),
        ],
    )
