"""NVIDIA's DCGM exporter: metrics of the GPUs of each node.

Sources: etc/dcp-metrics-included.csv, docs and deployment of NVIDIA/dcgm-exporter 4.6.0-4.8.3, 2026-11-29.
"""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.core import v1 as core

from gpu_cluster.capacity import MIG_DIVIDED, Pool
from gpu_cluster.capacity.telemetry_requests import EXPORTER_REQUESTS
from gpu_cluster.exemption import exemptions
from gpu_cluster.images import DCGM_EXPORTER
from gpu_cluster.kubernetes.daemon_sets import (
    config_volume,
    daemon_set,
    host_path,
    node_name,
    pod_of,
)
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.telemetry.exporters import DCGM_PORT, NODES_NAMESPACE, probe

NAME = "dcgm-exporter"
PORT = DCGM_PORT
_FILE = "counters.csv"
_POD_RESOURCES = "/var/lib/kubelet/pod-resources"

COUNTERS: Mapping[str, str] = {
    "DCGM_FI_DEV_GPU_UTIL": "gauge, utilization in percent",
    "DCGM_FI_DEV_FB_USED": "gauge, framebuffer memory used in MiB",
    "DCGM_FI_DEV_FB_FREE": "gauge, framebuffer memory free in MiB",
    "DCGM_FI_DEV_SM_CLOCK": "gauge, clock of the multiprocessors in MHz",
    "DCGM_FI_DEV_GPU_TEMP": "gauge, temperature of the GPU in degrees Celsius",
    "DCGM_FI_DEV_MEMORY_TEMP": "gauge, temperature of its memory in degrees Celsius",
    "DCGM_FI_DEV_POWER_USAGE": "gauge, power in watts",
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION": "counter, energy since boot in millijoules",
    "DCGM_FI_DEV_THERMAL_VIOLATION": "counter, time throttled by temperature",
    "DCGM_FI_DEV_POWER_VIOLATION": "counter, time throttled by power",
    "DCGM_FI_DEV_PCIE_REPLAY_COUNTER": "counter, retries on PCIe",
    "DCGM_FI_DEV_XID_ERRORS": "gauge, code of the last XID",
    "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL": "counter, single-bit errors since boot",
    "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL": "counter, double-bit errors since boot",
    "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS": "counter, rows remapped for correctable errors",
    "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS": "counter, rows remapped for uncorrectable errors",
    "DCGM_FI_DEV_ROW_REMAP_FAILURE": "gauge, 1 once a row could not be remapped",
    "DCGM_FI_DEV_RETIRED_PENDING": "counter, pages that wait to be retired",
    "DCGM_FI_DEV_NVLINK_CRC_DATA_ERROR_COUNT_TOTAL": "counter, CRC errors of data on NVLink",
    "DCGM_FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL": "counter, retries on NVLink",
    "DCGM_FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL": "counter, recoveries of NVLink",
    "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL": "counter, traffic over all NVLinks",
}
"""Fields that it asks DCGM for, with type and meaning, all of etc/default-counters.csv of the exporter."""

EXEMPT = exemptions(
    "DaemonSet",
    f"{NAME}-*",
    {
        "50-no-host-access": "It asks the kubelet over a socket which pod has a GPU.",
        "52-drop-all-capabilities": "DCGM reads the driver's error counters with SYS_ADMIN only.",
        "53-non-root": "The kubelet's socket belongs to root.",
    },
)


def dcgm_exporter(
    name: str, pools: Mapping[str, Pool], *, mirror: str | None, opts: pulumi.ResourceOptions
) -> None:
    """Creates a DaemonSet for each pool with GPUs."""
    text = "".join(f"{field}, {about}\n" for field, about in COUNTERS.items())
    account = service_account(f"{name}-dcgm-account", metadata(NAME, NODES_NAMESPACE), opts)
    counters = core.ConfigMap(
        f"{name}-dcgm-counters", metadata=metadata(NAME, NODES_NAMESPACE), data={_FILE: text}, opts=opts
    )
    after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[account, counters]))
    for key, pool in pools.items():
        daemon_set(
            f"{name}-dcgm-{key}",
            NAME,
            pool,
            _pod(pool, DCGM_EXPORTER.at(mirror)),
            config=text,
            namespace=NODES_NAMESPACE,
            opts=after,
        )


def _pod(pool: Pool, image: str) -> core.PodSpecArgs:
    """A pod that waits for the MIG manager where that divides GPUs: DCGM holds the GPUs."""
    env = {
        "DCGM_EXPORTER_LISTEN": f":{PORT}",
        "DCGM_EXPORTER_KUBERNETES": "true",
        "DCGM_EXPORTER_COLLECTORS": f"/etc/dcgm-exporter/{_FILE}",
        "NVIDIA_VISIBLE_DEVICES": "all",
        "NVIDIA_DRIVER_CAPABILITIES": "utility",
    }
    return pod_of(
        pool,
        NAME,
        nodes=MIG_DIVIDED if pool.mig_layout else None,
        containers=[
            core.ContainerArgs(
                name=NAME,
                image=image,
                env=[*(core.EnvVarArgs(name=key, value=value) for key, value in env.items()), node_name()],
                ports=[core.ContainerPortArgs(name="metrics", container_port=PORT)],
                readiness_probe=probe("/health", PORT),
                liveness_probe=probe("/health", PORT),
                resources=core.ResourceRequirementsArgs(
                    requests=EXPORTER_REQUESTS[NAME], limits={"memory": "512Mi"}
                ),
                security_context=core.SecurityContextArgs(
                    allow_privilege_escalation=False,
                    capabilities=core.CapabilitiesArgs(drop=["ALL"], add=["SYS_ADMIN"]),
                    read_only_root_filesystem=True,
                    seccomp_profile=core.SeccompProfileArgs(type="RuntimeDefault"),
                ),
                volume_mounts=[
                    core.VolumeMountArgs(name="config", mount_path="/etc/dcgm-exporter", read_only=True),
                    core.VolumeMountArgs(name="pod-resources", mount_path=_POD_RESOURCES, read_only=True),
                ],
            )
        ],
        volumes=[
            config_volume(NAME, {_FILE: _FILE}),
            host_path("pod-resources", _POD_RESOURCES, "Directory"),
        ],
    )
