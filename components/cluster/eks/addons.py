"""Add-ons that need nodes to run on."""

from collections.abc import Iterable, Mapping

import pulumi

from components.cluster.eks.addon import addon
from components.cluster.eks.csi import DRIVERS, CsiDriver
from components.config.eks import EksSettings
from components.identity import PodIdentity, managed_policy, policy_document
from components.pools import Pool

Grants = Mapping[str, pulumi.Input[str]]
"""Policies by name, as JSON, beyond those that a driver has in any case."""


class Addons(pulumi.ComponentResource):
    """DNS, metrics, watching of nodes, snapshots, and the CSI drivers that the storage of a stack needs.

    Addons("platform-addons", settings, cluster=eks.cluster_name, pools=pools,
           drivers={CsiDriver.EBS: {}, CsiDriver.S3: {"models": policy}}, volumes_key=key,
           opts=pulumi.ResourceOptions(depends_on=[groups]))
    """

    def __init__(
        self,
        name: str,
        settings: EksSettings,
        *,
        cluster: pulumi.Input[str],
        pools: Mapping[str, Pool],
        drivers: Mapping[CsiDriver, Grants],
        volumes_key: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`drivers`: each with the policies that let it at this stack's stores; `volumes_key`: of EBS.

        To come after nodes that let their pods in is for the caller to say, in `opts`.
        """
        super().__init__("gpu-cluster:index:Addons", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        tolerations = _of_gpu_nodes(pools.values())

        addon(
            name,
            "coredns",
            settings,
            cluster=cluster,
            values={"autoScaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 10}},
            opts=child,
        )
        addon(name, "metrics-server", settings, cluster=cluster, opts=child)
        addon(
            name,
            "eks-node-monitoring-agent",
            settings,
            cluster=cluster,
            values={"dcgmAgent": {"tolerations": tolerations}} if tolerations else None,
            opts=child,
        )
        for driver, grants in drivers.items():
            known = DRIVERS[driver]
            if driver is CsiDriver.EBS:
                grants = {**grants, "key": _encrypts(volumes_key)}
            identity = PodIdentity(
                f"{name}-{driver}-identity",
                cluster=cluster,
                namespace="kube-system",
                service_account=known.service_account,
                policies=grants,
                managed=[managed_policy(policy) for policy in known.managed],
                opts=child,
            )
            # Pods get the role when they start, so it is theirs before.
            addon(
                name,
                driver,
                settings,
                cluster=cluster,
                values=known.values,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[identity]),
            )
        if CsiDriver.EBS in drivers:
            addon(name, "snapshot-controller", settings, cluster=cluster, opts=child)

        self.register_outputs({})


def _of_gpu_nodes(pools: Iterable[Pool]) -> list[dict[str, str]]:
    """The server of GPU health tolerates nothing by itself, and GPU nodes have taints."""
    unique = {tuple(sorted(it.items())): it for pool in pools if pool.gpus for it in pool.tolerations}
    return [unique[key] for key in sorted(unique)]


def _encrypts(key: pulumi.Input[str]) -> pulumi.Output[str]:
    """Volumes are encrypted by EC2, with a grant that ends with the volume."""
    return policy_document(
        {
            "Effect": "Allow",
            "Action": [
                *("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"),
                "kms:DescribeKey",
            ],
            "Resource": key,
        },
        {
            "Effect": "Allow",
            "Action": "kms:CreateGrant",
            "Resource": key,
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    )
