"""The NVIDIA device plugin: what makes GPUs visible to the scheduler."""

import hashlib
from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from components.gpu.plugin_config import plugin_config
from components.gpu.pods import PRIORITY_CLASS, mps_pod, plugin_pod
from components.metadata import metadata
from components.pools import Pool
from components.security import Namespace, PodSecurity

_NAMESPACE = "gpu-system"
_PLUGIN = "nvidia-device-plugin"
_MPS = "nvidia-mps"
# Some clusters admit critical pods only where a quota names their class. It has room for a plugin and an MPS
# daemon on each of the 5,000 nodes that Kubernetes supports.
_QUOTA = {"pods": "10k"}


class DevicePlugin(pulumi.ComponentResource):
    """One DaemonSet for each GPU pool, on its nodes alone and with its configuration alone.

    DevicePlugin("platform-gpu", pools, image=DEVICE_PLUGIN.at(mirror))
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

        namespace = Namespace(
            name,
            _NAMESPACE,
            PodSecurity.PRIVILEGED,
            quota=_QUOTA,
            priority_class=PRIORITY_CLASS,
            opts=pulumi.ResourceOptions(parent=self),
        )
        child = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        named = metadata(_PLUGIN, _NAMESPACE)
        account = core.ServiceAccount(
            f"{name}-account", metadata=named, automount_service_account_token=False, opts=child
        )
        config_map = core.ConfigMap(f"{name}-config", metadata=named, data=configs, opts=child)

        mounted = pulumi.ResourceOptions(parent=self, depends_on=[account, config_map])
        for key, pool in pools.items():
            pod = plugin_pod(pool, image, account=_PLUGIN, config_map=_PLUGIN)
            _daemon_set(f"{name}-{key}", _PLUGIN, pool, pod, configs[key], mounted)
            if pool.sharing and pool.sharing.mps:
                pod = mps_pod(pool, image, account=_PLUGIN, config_map=_PLUGIN)
                _daemon_set(f"{name}-{key}-mps", _MPS, pool, pod, configs[key], mounted)

        self.register_outputs({})


def _daemon_set(
    name: str, program: str, pool: Pool, pod: core.PodSpecArgs, config: str, opts: pulumi.ResourceOptions
) -> None:
    labels = {
        "app.kubernetes.io/name": program,
        "app.kubernetes.io/instance": pool.name,
        "app.kubernetes.io/part-of": "gpu-cluster",
    }
    # Both programs read their configuration once, so a new one is a new pod, on this pool alone.
    digest = hashlib.sha256(config.encode()).hexdigest()[:16]
    apps.DaemonSet(
        name,
        metadata=metadata(f"{program}-{pool.name}", _NAMESPACE, labels=labels),
        spec=apps.DaemonSetSpecArgs(
            selector=meta.LabelSelectorArgs(match_labels=labels),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(labels=labels, annotations={"gpu-cluster/config": digest}),
                spec=pod,
            ),
            update_strategy=apps.DaemonSetUpdateStrategyArgs(
                type="RollingUpdate", rolling_update=apps.RollingUpdateDaemonSetArgs(max_unavailable="10%")
            ),
        ),
        opts=opts,
    )
