"""Add-ons that need nodes to run on."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pulumi

from components.cluster.eks.addon import addon
from components.cluster.eks.csi import DRIVERS, EBS
from components.config.eks import EksSettings
from components.identity import PodIdentity, managed_policy, policy_document
from components.pools import Pool

Grants = Mapping[str, pulumi.Input[str]]
"""Policies by name, as JSON, beyond those that a driver has in any case."""


class Addons(pulumi.ComponentResource):
    """DNS, metrics, watching of nodes, and what the storage of a stack needs.

    Addons("platform-addons", settings, cluster=eks.cluster_name, pools=pools,
           drivers=drivers_of(stack.storage), grants={"aws-mountpoint-s3-csi-driver": {"models": policy}},
           volumes_key=key, tags=tags, opts=pulumi.ResourceOptions(depends_on=[groups]))
    """

    def __init__(
        self,
        name: str,
        settings: EksSettings,
        *,
        cluster: pulumi.Input[str],
        pools: Mapping[str, Pool],
        drivers: Collection[str],
        volumes_key: pulumi.Input[str],
        tags: Mapping[str, str],
        grants: Mapping[str, Grants] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`drivers`: add-ons that the storage needs; `grants`: what lets a driver at the stores of the stack;
        `volumes_key`: of EBS; `tags`: of disks that the cluster makes, which the provider knows nothing of.

        To come after nodes that let their pods in is for the caller to say, in `opts`.
        """
        super().__init__("gpu-cluster:index:Addons", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        tolerations = _of_gpu_nodes(pools.values())
        values: dict[str, dict[str, Any] | None] = {
            "coredns": {"autoScaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 10}},
            "metrics-server": None,
            "eks-node-monitoring-agent": {"dcgmAgent": {"tolerations": tolerations}} if tolerations else None,
        }
        for key, configured in values.items():
            addon(name, key, settings, cluster=cluster, values=configured, opts=child)
        for key in sorted(drivers):
            if key not in DRIVERS:
                addon(name, key, settings, cluster=cluster, opts=child)
                continue
            allowed = dict((grants or {}).get(key, {}))
            configured = dict(DRIVERS[key].values)
            if key == EBS:
                allowed["key"] = _encrypts(volumes_key)
                configured["controller"] = {"extraVolumeTags": dict(tags)}  # and of snapshots
            _driver(name, key, settings, cluster, allowed, configured, self)

        self.register_outputs({})


def _driver(
    name: str,
    key: str,
    settings: EksSettings,
    cluster: pulumi.Input[str],
    grants: Grants,
    values: Mapping[str, Any],
    parent: pulumi.Resource,
) -> None:
    """A driver whose pods get their role when they start: so it is theirs before."""
    known = DRIVERS[key]
    identity = PodIdentity(
        f"{name}-{key}-identity",
        cluster=cluster,
        namespace="kube-system",
        service_account=known.service_account,
        policies=grants,
        managed=[managed_policy(policy) for policy in known.managed],
        opts=pulumi.ResourceOptions(parent=parent),
    )
    after = pulumi.ResourceOptions(parent=parent, depends_on=[identity])
    addon(name, key, settings, cluster=cluster, values=values, opts=after)


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
