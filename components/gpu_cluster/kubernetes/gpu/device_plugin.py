"""Device plugins, which advertise GPUs and EFA interfaces to the scheduler, in one namespace."""

from collections.abc import Mapping
from typing import ClassVar

import pulumi
from pulumi_kubernetes.core import v1 as core

from gpu_cluster.capacity import EFA_RESOURCE, Handover, Pool
from gpu_cluster.exemption import Exemption
from gpu_cluster.images import DEVICE_PLUGIN, EFA_PLUGIN, MIG_MANAGER
from gpu_cluster.kubernetes.daemon_sets import NAMESPACE, PRIORITY_CLASS, daemon_set
from gpu_cluster.kubernetes.gpu.device_plugin_config import plugin_config
from gpu_cluster.kubernetes.gpu.device_plugin_pods import mps_pod, plugin_pod
from gpu_cluster.kubernetes.gpu.efa_plugin import EfaPlugin
from gpu_cluster.kubernetes.gpu.exemptions import privileged, registers_with_kubelet
from gpu_cluster.kubernetes.gpu.mig_manager import MigManager
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import Namespace, PodSecurity
from gpu_cluster.kubernetes.security.service_account import service_account

_PLUGIN = "nvidia-device-plugin"
_MPS = "nvidia-mps"
_PAUSED_BY_MIG_MANAGER = {"app": "nvidia-device-plugin-daemonset"}
"""Labels of pods that the MIG manager stops before it changes the MIG layout."""

# Some clusters admit critical pods only where a quota names their class. It allows a device plugin, an
# MPS daemon or a MIG manager, and an EFA plugin on each of the 5,000 nodes that Kubernetes supports.
_QUOTA = {"pods": "15k"}


class DevicePlugin(pulumi.ComponentResource):
    """Device plugins: one DaemonSet per pool and device type, with the configuration of the pool.

    DevicePlugin("platform-gpu", pools, gpus=True, mirror=stack.mirror, region=stack.region)
    """

    EXEMPT: ClassVar = (
        Exemption(
            "63-own-namespace",
            "Namespace",
            "Device plugins mount the kubelet's folder, and Pod Security baseline allows no host paths.",
        ),
        *registers_with_kubelet(f"{_PLUGIN}-*"),
        Exemption(
            "52-drop-all-capabilities",
            "DaemonSet",
            "The NVIDIA runtime gives all GPUs and the files of MIG to containers with SYS_ADMIN only.",
            f"{_PLUGIN}-*",
        ),
        *privileged(
            f"{_MPS}-*",
            "The MPS daemon mounts shared memory into its node and sees the processes of all containers.",
        ),
    )

    namespace: Namespace

    def __init__(
        self,
        name: str,
        pools: Mapping[str, Pool],
        *,
        gpus: bool,
        mirror: str | None,
        region: str | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`gpus`: false if another program advertises and divides them. `region` of AWS, for pools with EFA.
        Nodes whose operating system runs the device plugin get no second one."""
        super().__init__("gpu-cluster:index:DevicePlugin", name, None, opts)
        self.namespace = namespace = Namespace(
            name,
            NAMESPACE,
            PodSecurity.PRIVILEGED,
            quota=_QUOTA,
            priority_class=PRIORITY_CLASS,
            opts=pulumi.ResourceOptions(parent=self),
        )
        child = pulumi.ResourceOptions(parent=self, depends_on=[namespace])

        if efa := _with_efa(pools):
            if region is None:
                raise ValueError("pools with EFA need aws:region")
            EfaPlugin(f"{name}-efa", efa, image=EFA_PLUGIN.at(region), opts=child)
        if gpus and (whole := {key: pool for key, pool in pools.items() if pool.mig_layout}):
            MigManager(f"{name}-mig", whole, image=MIG_MANAGER.at(mirror), opts=child)
        if gpus and (offered := _to_offer(pools)):
            _offer(name, offered, DEVICE_PLUGIN.at(mirror), child)
        self.register_outputs({})

    @staticmethod
    def wanted(pools: Mapping[str, Pool], *, gpus: bool) -> bool:
        """Whether any node needs a device plugin."""
        return bool(_with_efa(pools)) or (gpus and bool(_to_offer(pools)))


def _to_offer(pools: Mapping[str, Pool]) -> dict[str, Pool]:
    return {key: it for key, it in pools.items() if it.gpus and it.handover is not Handover.SYSTEM}


def _with_efa(pools: Mapping[str, Pool]) -> dict[str, Pool]:
    return {key: pool for key, pool in pools.items() if EFA_RESOURCE in pool.extended}


def _offer(name: str, pools: Mapping[str, Pool], image: str, opts: pulumi.ResourceOptions) -> None:
    """The plugin of NVIDIA, and where a pool shares GPUs by MPS the daemon that it needs."""
    configs = {key: plugin_config(pool.sharing, pool.handover) for key, pool in pools.items()}
    account = service_account(f"{name}-account", metadata(_PLUGIN, NAMESPACE), opts)
    config_map = core.ConfigMap(
        f"{name}-config", metadata=metadata(_PLUGIN, NAMESPACE), data=configs, opts=opts
    )

    mounted = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[account, config_map]))
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
