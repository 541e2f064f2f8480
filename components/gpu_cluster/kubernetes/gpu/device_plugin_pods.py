"""Pods of the device plugin, and of MPS for pools that share GPUs with it."""

from pulumi_kubernetes.core import v1 as core

from gpu_cluster.capacity import MIG_DIVIDED, Handover, Pool
from gpu_cluster.kubernetes.daemon_sets import RESOURCES, config_volume, host_path, node_name, pod_of

_CONFIG = core.VolumeMountArgs(name="config", mount_path="/config", read_only=True)
_CONFIG_FILE = "config.yaml"
_MPS_ROOT = "/run/nvidia/mps"
_CDI_ROOT = "/var/run/cdi"


def plugin_pod(pool: Pool, image: str, *, account: str, config_map: str) -> core.PodSpecArgs:
    """Container that registers the pool's GPUs with the kubelet.

    It runs as root, since only root can open the kubelet's socket. It has SYS_ADMIN where it watches MIG
    devices of the whole machine, and where the runtime gives all GPUs only to such containers (`IsPrivileged`
    in internal/config/image/privileged.go of NVIDIA/nvidia-container-toolkit v1.20.0, 2026-08-21). For CDI it
    reads the driver's files of the node and writes what a container gets of each device (docs/cdi.md of
    NVIDIA/k8s-device-plugin v0.20.0, 2026-08-19).
    """
    mig = bool(pool.sharing and pool.sharing.mig)
    mps = bool(pool.sharing and pool.sharing.mps)
    cdi = pool.handover is Handover.CDI
    # What the environment says beats the file, so what differs between pools is said in the file alone.
    env = (
        _env()
        | ({"NVIDIA_MIG_MONITOR_DEVICES": "all"} if mig else {})
        | ({"MPS_ROOT": _MPS_ROOT} if mps else {})
    )
    sockets = core.VolumeMountArgs(name="device-plugins", mount_path="/var/lib/kubelet/device-plugins")
    return pod_of(
        pool,
        account,
        nodes=MIG_DIVIDED if pool.mig_layout else None,
        containers=[
            core.ContainerArgs(
                name="nvidia-device-plugin",
                image=image,
                command=["nvidia-device-plugin"],
                env=[core.EnvVarArgs(name=key, value=value) for key, value in env.items()],
                resources=RESOURCES,
                security_context=core.SecurityContextArgs(
                    allow_privilege_escalation=False,
                    capabilities=core.CapabilitiesArgs(
                        drop=["ALL"], add=["SYS_ADMIN"] if mig or cdi else None
                    ),
                    read_only_root_filesystem=True,
                    seccomp_profile=core.SeccompProfileArgs(type="RuntimeDefault"),
                ),
                volume_mounts=[
                    _CONFIG,
                    sockets,
                    *(_mps_mounts() if mps else []),
                    *(_cdi_mounts() if cdi else []),
                ],
            )
        ],
        volumes=[
            config_volume(config_map, {pool.name: _CONFIG_FILE}),
            host_path("device-plugins", "/var/lib/kubelet/device-plugins", "Directory"),
            *(_mps_volumes() if mps else []),
            *(_cdi_volumes() if cdi else []),
        ],
    )


def mps_pod(pool: Pool, image: str, *, account: str, config_map: str) -> core.PodSpecArgs:
    """Runs the MPS control daemon of each GPU: it sees all processes of a node and mounts their memory."""
    privileged = core.SecurityContextArgs(privileged=True)
    root = core.VolumeMountArgs(name="mps-root", mount_path="/mps", mount_propagation="Bidirectional")
    return pod_of(
        pool,
        account,
        host_pid=True,
        init_containers=[
            core.ContainerArgs(
                name="shared-memory",
                image=image,
                command=["mps-control-daemon", "mount-shm"],
                resources=RESOURCES,
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
                    node_name(),
                ],
                resources=RESOURCES,
                security_context=privileged,
                volume_mounts=[_CONFIG, *_mps_mounts()],
            )
        ],
        volumes=[config_volume(config_map, {pool.name: _CONFIG_FILE}), *_mps_volumes()],
    )


def _env() -> dict[str, str]:
    return {
        "CONFIG_FILE": f"{_CONFIG.mount_path}/{_CONFIG_FILE}",
        "MOFED_ENABLED": "false",  # else it claims /dev/infiniband, which belongs to the EFA plugin
        "NVIDIA_DRIVER_CAPABILITIES": "compute,utility",
        "NVIDIA_VISIBLE_DEVICES": "all",
    }


def _cdi_mounts() -> list[core.VolumeMountArgs]:
    return [
        core.VolumeMountArgs(name="driver-root", mount_path="/driver-root", read_only=True),
        core.VolumeMountArgs(name="cdi", mount_path=_CDI_ROOT),
    ]


def _cdi_volumes() -> list[core.VolumeArgs]:
    return [
        host_path("driver-root", "/", "Directory"),
        host_path("cdi", _CDI_ROOT, "DirectoryOrCreate"),
    ]


def _mps_mounts() -> list[core.VolumeMountArgs]:
    return [
        core.VolumeMountArgs(name="mps-root", mount_path="/mps"),
        core.VolumeMountArgs(name="mps-shm", mount_path="/dev/shm"),  # noqa: S108
    ]


def _mps_volumes() -> list[core.VolumeArgs]:
    return [
        host_path("mps-root", _MPS_ROOT, "DirectoryOrCreate"),
        host_path("mps-shm", f"{_MPS_ROOT}/shm", "DirectoryOrCreate"),
    ]
