"""The node problem detector: what the driver writes into the kernel log becomes a condition of the node."""

import json
from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.core import v1 as core

from gpu_cluster.capacity import Pool
from gpu_cluster.capacity.repair_requests import DETECTOR_REQUESTS
from gpu_cluster.catalog.xid_repair_actions import REBOOT_XIDS, REPLACE_XIDS, ROW_REMAPPED_XID
from gpu_cluster.config.gpu import REPAIR_NAMESPACE
from gpu_cluster.kubernetes.daemon_sets import config_volume, daemon_set, host_path, node_name, pod_of
from gpu_cluster.kubernetes.gpu.exemptions import privileged
from gpu_cluster.kubernetes.gpu_repair.drain_faulty import CONDITION, TAINT
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import api_token_mount, api_token_volume

NAME = "gpu-fault-detector"
PORT = 20256
"""Port of the health endpoint."""

FAULTS = tuple(sorted({*REBOOT_XIDS, *REPLACE_XIDS} - {ROW_REMAPPED_XID}))
"""XIDs that make a node faulty."""

EXEMPT = privileged(f"{NAME}-*", "It reads /dev/kmsg, which the kernel opens to privileged containers alone.")

_FILE = "gpu-faults.json"
_SINCE_BOOT = "87600h"
"""Lookback over the whole kernel log: a new pod finds the faults that the previous one found."""


def fault_detector(
    name: str,
    pools: Mapping[str, Pool],
    image: str,
    *,
    opts: pulumi.ResourceOptions,
) -> None:
    """One DaemonSet for each pool."""
    config = detector_config()
    files = core.ConfigMap(
        f"{name}-config", metadata=metadata(NAME, REPAIR_NAMESPACE), data={_FILE: config}, opts=opts
    )
    after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[files]))
    for key, pool in pools.items():
        daemon_set(
            f"{name}-{key}",
            NAME,
            pool,
            _pod(pool, image),
            config=config,
            namespace=REPAIR_NAMESPACE,
            opts=after,
        )


def detector_config() -> str:
    """A system log monitor with one rule for each XID; the pattern has to match to the end of the line."""
    rules = [
        {
            "type": "permanent",
            "condition": CONDITION,
            "reason": f"NvidiaXid{xid}",
            "pattern": rf"NVRM: Xid \(PCI:[0-9a-fA-F:.]+\): {xid}\b.*",
        }
        for xid in FAULTS
    ]
    healthy = {"type": CONDITION, "reason": "NoGpuFault", "message": "the driver has reported no fault"}
    return json.dumps(
        {
            "plugin": "kmsg",
            "logPath": "/dev/kmsg",
            "lookback": _SINCE_BOOT,
            "bufferSize": 10,
            "source": NAME,
            "metricsReporting": False,
            "conditions": [healthy],
            "rules": rules,
        },
        indent=2,
    )


def _pod(pool: Pool, image: str) -> core.PodSpecArgs:
    """Pod of the publisher's manifest, without the folders and time zone that kmsg does not need."""
    probe = core.ProbeArgs(http_get=core.HTTPGetActionArgs(path="/healthz", port=PORT), period_seconds=30)
    return pod_of(
        pool,
        NAME,
        # A new pod on a node with the taint has yet to see that the fault is gone.
        tolerated=[core.TolerationArgs(key=TAINT, operator="Exists", effect="NoSchedule")],
        containers=[
            core.ContainerArgs(
                name=NAME,
                image=image,
                command=["/node-problem-detector"],
                args=[
                    "--logtostderr",
                    f"--config.system-log-monitor=/config/{_FILE}",
                    "--address=",
                    f"--port={PORT}",
                    "--prometheus-port=0",
                ],
                env=[node_name()],
                ports=[core.ContainerPortArgs(name="health", container_port=PORT)],
                liveness_probe=probe,
                readiness_probe=probe,
                resources=core.ResourceRequirementsArgs(
                    requests=DETECTOR_REQUESTS, limits={"memory": "128Mi"}
                ),
                security_context=core.SecurityContextArgs(privileged=True, read_only_root_filesystem=True),
                volume_mounts=[
                    core.VolumeMountArgs(name="config", mount_path="/config", read_only=True),
                    core.VolumeMountArgs(name="kmsg", mount_path="/dev/kmsg", read_only=True),
                    api_token_mount(),
                ],
            )
        ],
        volumes=[
            config_volume(NAME, {_FILE: _FILE}),
            host_path("kmsg", "/dev/kmsg", "CharDevice"),
            api_token_volume(),
        ],
    )
