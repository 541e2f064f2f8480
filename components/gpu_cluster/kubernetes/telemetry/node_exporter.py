"""Prometheus' node exporter: processors, memory, disks and InfiniBand of each node."""

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.capacity.telemetry_requests import EXPORTER_REQUESTS
from gpu_cluster.exemption import exemptions
from gpu_cluster.images import NODE_EXPORTER
from gpu_cluster.kubernetes.daemon_sets import PRIORITY_CLASS, host_path
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import restricted_container, restricted_pod
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.telemetry.exporters import NODE_PORT, NODES_NAMESPACE, probe
from gpu_cluster.kubernetes.telemetry.server_pods import labels_of

NAME = "node-exporter"
PORT = NODE_PORT
_USER = 65534
_LABELS = labels_of(NAME)
_COLLECTORS = (
    "cpu",
    "diskstats",
    "filesystem",
    "infiniband",
    "loadavg",
    "meminfo",
    "stat",
    "uname",
    "vmstat",
)
"""Collectors that work in a pod with a network of its own."""

EXEMPT = exemptions(
    "DaemonSet",
    NAME,
    {"50-no-host-access": "It reads /proc, /sys and the mounts of its node, and writes nothing."},
)


def node_exporter(name: str, *, mirror: str | None, opts: pulumi.ResourceOptions) -> None:
    """Creates a DaemonSet on every node, whatever its taints."""
    account = service_account(f"{name}-node-exporter-account", metadata(NAME, NODES_NAMESPACE), opts)
    apps.DaemonSet(
        f"{name}-node-exporter",
        metadata=metadata(NAME, NODES_NAMESPACE, labels=_LABELS),
        spec=apps.DaemonSetSpecArgs(
            selector=meta.LabelSelectorArgs(match_labels=_LABELS),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(labels=_LABELS), spec=_pod(NODE_EXPORTER.at(mirror))
            ),
            update_strategy=apps.DaemonSetUpdateStrategyArgs(
                type="RollingUpdate", rolling_update=apps.RollingUpdateDaemonSetArgs(max_unavailable="10%")
            ),
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[account])),
    )


def _pod(image: str) -> core.PodSpecArgs:
    arguments = [
        f"--web.listen-address=:{PORT}",
        "--path.procfs=/host/proc",
        "--path.sysfs=/host/sys",
        "--path.rootfs=/host/root",
        "--collector.disable-defaults",
        *(f"--collector.{collector}" for collector in _COLLECTORS),
        r"--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|var/lib/(containerd|kubelet/pods))($|/)",
    ]
    mounts = {"proc": "/proc", "sys": "/sys", "root": "/"}
    return core.PodSpecArgs(
        service_account_name=NAME,
        automount_service_account_token=False,
        enable_service_links=False,
        priority_class_name=PRIORITY_CLASS,
        security_context=restricted_pod(_USER),
        node_selector={"kubernetes.io/os": "linux"},
        tolerations=[core.TolerationArgs(operator="Exists")],
        containers=[
            core.ContainerArgs(
                name=NAME,
                image=image,
                args=arguments,
                ports=[core.ContainerPortArgs(name="metrics", container_port=PORT)],
                readiness_probe=probe("/", PORT),
                liveness_probe=probe("/", PORT),
                resources=core.ResourceRequirementsArgs(
                    requests=EXPORTER_REQUESTS[NAME], limits={"memory": "128Mi"}
                ),
                security_context=restricted_container(),
                volume_mounts=[
                    core.VolumeMountArgs(
                        name=key,
                        mount_path=f"/host/{key}",
                        read_only=True,
                        mount_propagation="HostToContainer" if key == "root" else None,
                    )
                    for key in mounts
                ],
            )
        ],
        volumes=[host_path(key, path, "Directory") for key, path in mounts.items()],
    )
