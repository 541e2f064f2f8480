"""AWS EFA device plugin, which advertises EFA interfaces to the scheduler."""

from collections.abc import Mapping
from typing import ClassVar

import pulumi
from pulumi_kubernetes.core import v1 as core

from gpu_cluster.capacity import Pool
from gpu_cluster.exemption import Exemption
from gpu_cluster.kubernetes.daemon_sets import NAMESPACE, RESOURCES, daemon_set, host_path, pod_of
from gpu_cluster.kubernetes.gpu.exemptions import privileged, registers_with_kubelet
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security.service_account import service_account

_PLUGIN = "aws-efa-k8s-device-plugin"
_MOUNTS = {
    "device-plugins": "/var/lib/kubelet/device-plugins",
    "infiniband": "/dev/infiniband",
    "neuron": "/opt/aws/neuron",  # where it looks for accelerators of AWS; empty on other nodes
}


class EfaPlugin(pulumi.ComponentResource):
    """EFA device plugin: one DaemonSet per pool with EFA.

    EfaPlugin("platform-gpu-efa", pools, image=EFA_PLUGIN.at("us-east-2"))
    """

    EXEMPT: ClassVar = (
        *registers_with_kubelet(),
        *privileged(
            reason="The plugin opens the devices in /dev/infiniband, which needs a privileged container."
        ),
        Exemption(
            "60-digest-pinned",
            "DaemonSet",
            "AWS publishes the image in a registry of each region, and publishes no digest of it.",
        ),
    )

    def __init__(
        self,
        name: str,
        pools: Mapping[str, Pool],
        *,
        image: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("gpu-cluster:index:EfaPlugin", name, None, opts)
        account = service_account(
            f"{name}-account", metadata(_PLUGIN, NAMESPACE), pulumi.ResourceOptions(parent=self)
        )
        child = pulumi.ResourceOptions(parent=self, depends_on=[account])
        for key, pool in pools.items():
            daemon_set(f"{name}-{key}", _PLUGIN, pool, _pod(pool, image), opts=child)
        self.register_outputs({})


def _pod(pool: Pool, image: str) -> core.PodSpecArgs:
    """Pod as in the AWS manifest: host network and privileged, to open the devices."""
    return pod_of(
        pool,
        _PLUGIN,
        host_network=True,
        containers=[
            core.ContainerArgs(
                name=_PLUGIN,
                image=image,
                resources=RESOURCES,
                security_context=core.SecurityContextArgs(privileged=True),
                volume_mounts=[
                    core.VolumeMountArgs(name=name, mount_path=path) for name, path in _MOUNTS.items()
                ],
            )
        ],
        volumes=[host_path(name, path, _kind(name)) for name, path in _MOUNTS.items()],
    )


def _kind(volume: str) -> str:
    return "DirectoryOrCreate" if volume == "neuron" else "Directory"
