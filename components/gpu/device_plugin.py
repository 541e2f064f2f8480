"""The NVIDIA device plugin: what makes GPUs visible to the scheduler."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.gpu.daemons import NAMESPACE, daemon_set, service_account
from components.gpu.plugin_config import plugin_config
from components.gpu.pods import mps_pod, plugin_pod
from components.metadata import metadata
from components.pools import Pool

_PLUGIN = "nvidia-device-plugin"
_MPS = "nvidia-mps"
_PAUSED_BY_MIG_MANAGER = {"app": "nvidia-device-plugin-daemonset"}
"""Of pods that the MIG manager waits for: it divides no GPU while they are there."""


class DevicePlugin(pulumi.ComponentResource):
    """One DaemonSet for each GPU pool, on its nodes alone and with its configuration alone.

    DevicePlugin("platform-gpu-plugin", pools, image=DEVICE_PLUGIN.at(mirror))
    """

    def __init__(
        self,
        name: str,
        pools: Mapping[str, Pool],
        *,
        image: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`pools`: those that have GPUs."""
        super().__init__("gpu-cluster:index:DevicePlugin", name, None, opts)
        configs = {key: plugin_config(pool.sharing) for key, pool in pools.items()}
        child = pulumi.ResourceOptions(parent=self)
        account = service_account(f"{name}-account", _PLUGIN, child)
        config_map = core.ConfigMap(
            f"{name}-config", metadata=metadata(_PLUGIN, NAMESPACE), data=configs, opts=child
        )

        mounted = pulumi.ResourceOptions(parent=self, depends_on=[account, config_map])
        for key, pool in pools.items():
            daemon_set(
                f"{name}-{key}",
                _PLUGIN,
                pool,
                plugin_pod(pool, image, account=_PLUGIN, config_map=_PLUGIN),
                config=configs[key],
                labels=_PAUSED_BY_MIG_MANAGER if pool.mig_layout else None,
                opts=mounted,
            )
            if pool.sharing and pool.sharing.mps:
                pod = mps_pod(pool, image, account=_PLUGIN, config_map=_PLUGIN)
                daemon_set(f"{name}-{key}-mps", _MPS, pool, pod, config=configs[key], opts=mounted)

        self.register_outputs({})
