"""The pods of the device plugin: what offers GPUs, and what runs MPS where that shares them."""

from pulumi_kubernetes.core import v1 as core

from components.placement import tolerations
from components.pools import Pool

PRIORITY_CLASS = "system-node-critical"
"""Evicted last: without its plugin a node has no GPUs."""

_CONFIG = core.VolumeMountArgs(name="config", mount_path="/config", read_only=True)
_CONFIG_FILE = "config.yaml"
_MPS_ROOT = "/run/nvidia/mps"
_RESOURCES = core.ResourceRequirementsArgs(
    requests={"cpu": "50m", "memory": "64Mi"}, limits={"memory": "256Mi"}
)


def plugin_pod(pool: Pool, image: str, *, account: str, config_map: str) -> core.PodSpecArgs:
    """Registers the pool's GPUs with the kubelet. Root, since the kubelet's socket is root's."""
    mig = bool(pool.sharing and pool.sharing.mig)
    mps = bool(pool.sharing and pool.sharing.mps)
    # What the environment says beats the file, so what differs between pools is said in the file alone.
    env = (
        _env()
        | ({"NVIDIA_MIG_MONITOR_DEVICES": "all"} if mig else {})
        | ({"MPS_ROOT": _MPS_ROOT} if mps else {})
    )
    sockets = core.VolumeMountArgs(name="device-plugins", mount_path="/var/lib/kubelet/device-plugins")
    return _pod(
        pool,
        account,
        containers=[
            core.ContainerArgs(
                name="nvidia-device-plugin",
                image=image,
                command=["nvidia-device-plugin"],
                env=[core.EnvVarArgs(name=key, value=value) for key, value in env.items()],
                resources=_RESOURCES,
                security_context=core.SecurityContextArgs(
                    allow_privilege_escalation=False,
                    # Watching MIG devices of the whole machine is the one thing that asks for more.
                    capabilities=core.CapabilitiesArgs(drop=["ALL"], add=["SYS_ADMIN"] if mig else None),
                    read_only_root_filesystem=True,
                    seccomp_profile=core.SeccompProfileArgs(type="RuntimeDefault"),
                ),
                volume_mounts=[_CONFIG, sockets, *(_mps_mounts() if mps else [])],
            )
        ],
        volumes=[
            _config_volume(config_map, pool),
            _host_path("device-plugins", "/var/lib/kubelet/device-plugins", "Directory"),
            *(_mps_volumes() if mps else []),
        ],
    )


def mps_pod(pool: Pool, image: str, *, account: str, config_map: str) -> core.PodSpecArgs:
    """Runs the MPS control daemon of each GPU: it sees all processes of a node and mounts their memory."""
    privileged = core.SecurityContextArgs(privileged=True)
    root = core.VolumeMountArgs(name="mps-root", mount_path="/mps", mount_propagation="Bidirectional")
    node_name = core.EnvVarSourceArgs(field_ref=core.ObjectFieldSelectorArgs(field_path="spec.nodeName"))
    return _pod(
        pool,
        account,
        host_pid=True,
        init_containers=[
            core.ContainerArgs(
                name="shared-memory",
                image=image,
                command=["mps-control-daemon", "mount-shm"],
                resources=_RESOURCES,
                security_context=privileged,
                volume_mounts=[root],
            )
        ],
        containers=[
            core.ContainerArgs(
                name="mps-control-daemon",
                image=image,
                command=["mps-control-daemon"],
                env=[
                    *(core.EnvVarArgs(name=key, value=value) for key, value in _env().items()),
                    core.EnvVarArgs(name="NODE_NAME", value_from=node_name),
                ],
                resources=_RESOURCES,
                security_context=privileged,
                volume_mounts=[_CONFIG, *_mps_mounts()],
            )
        ],
        volumes=[_config_volume(config_map, pool), *_mps_volumes()],
    )


def _pod(
    pool: Pool,
    account: str,
    *,
    containers: list[core.ContainerArgs],
    volumes: list[core.VolumeArgs],
    init_containers: list[core.ContainerArgs] | None = None,
    host_pid: bool | None = None,
) -> core.PodSpecArgs:
    """On every node of the pool, and before anything that wants its GPUs."""
    return core.PodSpecArgs(
        service_account_name=account,
        automount_service_account_token=False,
        enable_service_links=False,
        priority_class_name=PRIORITY_CLASS,
        affinity=core.AffinityArgs(node_affinity=_nodes_of(pool)),
        tolerations=tolerations(pool),
        host_pid=host_pid,
        init_containers=init_containers,
        containers=containers,
        volumes=volumes,
    )


def _nodes_of(pool: Pool) -> core.NodeAffinityArgs:
    labels = [
        core.NodeSelectorRequirementArgs(key=key, operator="In", values=[value])
        for key, value in pool.selector.items()
    ]
    term = core.NodeSelectorTermArgs(match_expressions=labels)
    return core.NodeAffinityArgs(
        required_during_scheduling_ignored_during_execution=core.NodeSelectorArgs(node_selector_terms=[term])
    )


def _env() -> dict[str, str]:
    return {
        "CONFIG_FILE": f"{_CONFIG.mount_path}/{_CONFIG_FILE}",
        "MOFED_ENABLED": "false",  # else it claims /dev/infiniband, which belongs to the EFA plugin
        "NVIDIA_DRIVER_CAPABILITIES": "compute,utility",
        "NVIDIA_VISIBLE_DEVICES": "all",
    }


def _config_volume(config_map: str, pool: Pool) -> core.VolumeArgs:
    own = core.KeyToPathArgs(key=pool.name, path=_CONFIG_FILE)
    return core.VolumeArgs(
        name="config", config_map=core.ConfigMapVolumeSourceArgs(name=config_map, items=[own])
    )


def _mps_mounts() -> list[core.VolumeMountArgs]:
    return [
        core.VolumeMountArgs(name="mps-root", mount_path="/mps"),
        core.VolumeMountArgs(name="mps-shm", mount_path="/dev/shm"),  # noqa: S108
    ]


def _mps_volumes() -> list[core.VolumeArgs]:
    return [
        _host_path("mps-root", _MPS_ROOT, "DirectoryOrCreate"),
        _host_path("mps-shm", f"{_MPS_ROOT}/shm", "DirectoryOrCreate"),
    ]


def _host_path(name: str, path: str, kind: str) -> core.VolumeArgs:
    return core.VolumeArgs(name=name, host_path=core.HostPathVolumeSourceArgs(path=path, type=kind))
