"""What makes devices of nodes visible to the scheduler, in one namespace."""

from collections.abc import Mapping

import pulumi

from components.gpu.daemons import NAMESPACE, PRIORITY_CLASS
from components.gpu.device_plugin import DevicePlugin
from components.gpu.efa_plugin import EfaPlugin
from components.gpu.mig_manager import MigManager
from components.images import DEVICE_PLUGIN, EFA_PLUGIN, MIG_MANAGER
from components.pools import EFA_RESOURCE, Pool
from components.security import Namespace, PodSecurity

# Some clusters admit critical pods only where a quota names their class. It has room for a device plugin, an
# MPS daemon or a MIG manager, and an EFA plugin on each of the 5,000 nodes that Kubernetes supports.
_QUOTA = {"pods": "15k"}


class Devices(pulumi.ComponentResource):
    """Device plugins for pools with GPUs or EFA, and what divides GPUs that start whole.

    Devices("platform-gpu", pools, gpus=True, mirror=stack.mirror, region=stack.region)
    """

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
        """`gpus`: false where something else offers and divides them. `region` of AWS, for pools with EFA."""
        super().__init__("gpu-cluster:index:Devices", name, None, opts)
        namespace = Namespace(
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
        if gpus and (divided := {key: pool for key, pool in pools.items() if pool.mig_layout}):
            MigManager(f"{name}-mig", divided, image=MIG_MANAGER.at(mirror), opts=child)
        if gpus and (offered := {key: pool for key, pool in pools.items() if pool.gpus}):
            DevicePlugin(f"{name}-plugin", offered, image=DEVICE_PLUGIN.at(mirror), opts=child)
        self.register_outputs({})

    @staticmethod
    def wanted(pools: Mapping[str, Pool], *, gpus: bool) -> bool:
        """Whether any node has devices to offer."""
        return bool(_with_efa(pools)) or (gpus and any(pool.gpus for pool in pools.values()))


def _with_efa(pools: Mapping[str, Pool]) -> dict[str, Pool]:
    return {key: pool for key, pool in pools.items() if EFA_RESOURCE in pool.extended}
