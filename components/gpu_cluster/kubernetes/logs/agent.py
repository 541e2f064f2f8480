"""The agent: a DaemonSet that reads the logs of its node's pods, and the node's own journals."""

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.capacity.telemetry_requests import LOG_AGENT_REQUESTS
from gpu_cluster.config.logs import LOG_NODES_NAMESPACE, LogSettings
from gpu_cluster.exemption import exemptions
from gpu_cluster.kubernetes.daemon_sets import PRIORITY_CLASS, host_path, node_name
from gpu_cluster.kubernetes.logs.agent_config import ARGUMENTS, HEALTH_PORT, HOST, STATE, agent_config
from gpu_cluster.kubernetes.object_metadata import config_annotations, metadata
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.telemetry.exporters import probe
from gpu_cluster.kubernetes.telemetry.server_pods import labels_of

NAME = "log-agent"
_LABELS = labels_of(NAME)
_FILE = "agent.yaml"
_CONFIG = "/etc/log-agent"
_READ = {"pods": "/var/log/pods"}
_JOURNALS = {
    "var-log": "/var/log",
    "run-log": "/run/log",
    "machine-id": "/etc/machine-id",
    "usr": "/usr",
    "lib": "/lib",
    "lib64": "/lib64",
    "proc": "/proc",
}
"""Journals, and the node's own journalctl with its libraries; it follows a file by /proc/self/fd."""

EXEMPT = exemptions(
    "DaemonSet",
    NAME,
    {
        "50-no-host-access": (
            "It reads logs, journals and journalctl of its node, and writes its positions into one folder."
        ),
        "52-drop-all-capabilities": "journalctl of the node runs below a root of its own, by SYS_CHROOT.",
        "53-non-root": "Root alone reads logs and journals of a node.",
    },
)


def log_agent(name: str, settings: LogSettings, image: str, *, opts: pulumi.ResourceOptions) -> None:
    """Creates a DaemonSet on every node, whatever its taints."""
    config = agent_config(settings)
    account = service_account(f"{name}-agent-account", metadata(NAME, LOG_NODES_NAMESPACE), opts)
    named = metadata(NAME, LOG_NODES_NAMESPACE, labels=_LABELS)
    files = core.ConfigMap(f"{name}-agent-config", metadata=named, data={_FILE: config}, opts=opts)
    apps.DaemonSet(
        f"{name}-agent",
        metadata=named,
        spec=apps.DaemonSetSpecArgs(
            selector=meta.LabelSelectorArgs(match_labels=_LABELS),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(labels=_LABELS, annotations=config_annotations(config)),
                spec=_pod(settings, image),
            ),
            update_strategy=apps.DaemonSetUpdateStrategyArgs(
                type="RollingUpdate", rolling_update=apps.RollingUpdateDaemonSetArgs(max_unavailable="10%")
            ),
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[account, files])),
    )


def _pod(settings: LogSettings, image: str) -> core.PodSpecArgs:
    read = _JOURNALS if settings.nodes else _READ
    added = ["SYS_CHROOT"] if settings.nodes else None
    return core.PodSpecArgs(
        service_account_name=NAME,
        automount_service_account_token=False,
        enable_service_links=False,
        priority_class_name=PRIORITY_CLASS,
        security_context=core.PodSecurityContextArgs(
            run_as_user=0, run_as_group=0, seccomp_profile=core.SeccompProfileArgs(type="RuntimeDefault")
        ),
        node_selector={"kubernetes.io/os": "linux"},
        tolerations=[core.TolerationArgs(operator="Exists")],
        containers=[
            core.ContainerArgs(
                name=NAME,
                image=image,
                args=[f"--config={_CONFIG}/{_FILE}", *ARGUMENTS],
                env=[node_name()],
                ports=[core.ContainerPortArgs(name="health", container_port=HEALTH_PORT)],
                readiness_probe=probe("/", HEALTH_PORT),
                liveness_probe=probe("/", HEALTH_PORT),
                resources=core.ResourceRequirementsArgs(
                    requests=LOG_AGENT_REQUESTS, limits={"memory": "256Mi"}
                ),
                security_context=core.SecurityContextArgs(
                    allow_privilege_escalation=False,
                    capabilities=core.CapabilitiesArgs(drop=["ALL"], add=added),
                    read_only_root_filesystem=True,
                ),
                volume_mounts=[
                    core.VolumeMountArgs(name="config", mount_path=_CONFIG, read_only=True),
                    core.VolumeMountArgs(name="state", mount_path=STATE),
                    *(
                        core.VolumeMountArgs(name=key, mount_path=f"{HOST}{path}", read_only=True)
                        for key, path in read.items()
                    ),
                ],
            )
        ],
        volumes=[
            core.VolumeArgs(name="config", config_map=core.ConfigMapVolumeSourceArgs(name=NAME)),
            host_path("state", STATE, "DirectoryOrCreate"),
            *(
                host_path(key, path, "File" if key == "machine-id" else "Directory")
                for key, path in read.items()
            ),
        ],
    )
