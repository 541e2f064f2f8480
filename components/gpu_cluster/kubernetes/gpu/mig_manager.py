"""The NVIDIA MIG manager: what divides the GPUs of nodes that AWS starts."""

import json
from collections.abc import Mapping
from typing import ClassVar

import pulumi
from pulumi_kubernetes.core import v1 as core

from gpu_cluster.capacity import Pool
from gpu_cluster.kubernetes.daemon_sets import (
    NAMESPACE,
    RESOURCES,
    config_volume,
    daemon_set,
    host_path,
    node_name,
    pod_of,
)
from gpu_cluster.kubernetes.gpu.exemptions import privileged
from gpu_cluster.kubernetes.gpu.mig_access import mig_access
from gpu_cluster.kubernetes.gpu.mig_config import mig_config
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import api_token_mount, api_token_volume
from gpu_cluster.kubernetes.security.service_account import service_account

_MANAGER = "nvidia-mig-manager"
_CLIENTS = "clients.yaml"


class MigManager(pulumi.ComponentResource):
    """MIG manager: one DaemonSet per pool with a MIG layout.

    MigManager("platform-gpu-mig", pools, image=MIG_MANAGER.at(mirror))
    """

    EXEMPT: ClassVar = privileged(
        reason="The MIG manager resets GPUs, stops services of its node and may restart it."
    )

    def __init__(
        self,
        name: str,
        pools: Mapping[str, Pool],
        *,
        image: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("gpu-cluster:index:MigManager", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        gpus = {pool.gpu.name: pool.gpu for pool in pools.values() if pool.gpu}
        config_map = core.ConfigMap(
            f"{name}-config",
            metadata=metadata(_MANAGER, NAMESPACE),
            data={_CLIENTS: _clients()} | {key: mig_config(gpu) for key, gpu in gpus.items()},
            opts=child,
        )
        account = service_account(f"{name}-account", metadata(_MANAGER, NAMESPACE), child)
        access = mig_access(name, _MANAGER, opts=child)

        ready = pulumi.ResourceOptions(parent=self, depends_on=[account, config_map, *access])
        for key, pool in pools.items():
            daemon_set(f"{name}-{key}", _MANAGER, pool, _pod(pool, image), opts=ready)
        self.register_outputs({})


def _pod(pool: Pool, image: str) -> core.PodSpecArgs:
    """Pod as in the image's manifest: it stops services of the node, resets GPUs and may reboot the node."""
    env = {
        "CONFIG_FILE": "/config/config.yaml",
        "GPU_CLIENTS_FILE": f"/config/{_CLIENTS}",
        "DEFAULT_GPU_CLIENTS_NAMESPACE": NAMESPACE,
        "HOST_ROOT_MOUNT": "/host",
        "WITH_SHUTDOWN_HOST_GPU_CLIENTS": "true",  # the driver is the node's own
        "WITH_REBOOT": "true",  # a GPU whose reset fails has its mode after the next start
    }
    return pod_of(
        pool,
        _MANAGER,
        host_ipc=True,
        host_pid=True,
        containers=[
            core.ContainerArgs(
                name=_MANAGER,
                image=image,
                env=[
                    *(core.EnvVarArgs(name=key, value=value) for key, value in env.items()),
                    node_name(),
                ],
                resources=RESOURCES,
                security_context=core.SecurityContextArgs(privileged=True),
                volume_mounts=[
                    core.VolumeMountArgs(name="config", mount_path="/config", read_only=True),
                    core.VolumeMountArgs(
                        name="host", mount_path="/host", mount_propagation="HostToContainer"
                    ),
                    core.VolumeMountArgs(name="sys", mount_path="/sys"),
                    api_token_mount(),
                ],
            )
        ],
        volumes=[
            config_volume(_MANAGER, {pool.gpu.name if pool.gpu else "": "config.yaml", _CLIENTS: _CLIENTS}),
            host_path("host", "/", "Directory"),
            host_path("sys", "/sys", "Directory"),
            api_token_volume(),
        ],
    )


def _clients() -> str:
    """Services of a node that hold GPUs and are stopped during a MIG change; missing ones are skipped."""
    return json.dumps({"version": "v1", "systemd-services": ["dcgm.service", "nvidia-dcgm.service"]})
