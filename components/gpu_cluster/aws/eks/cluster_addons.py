"""Add-ons that need nodes to run on."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pulumi

from gpu_cluster.aws.eks.csi import DRIVERS, EBS
from gpu_cluster.aws.eks.managed_addon import managed_addon
from gpu_cluster.aws.identity import PodIdentity, managed_policy, policy_document
from gpu_cluster.capacity import MIG_DIVIDED, POOL_LABEL, Pool
from gpu_cluster.catalog import ADDONS
from gpu_cluster.config.eks import EksSettings

Grants = Mapping[str, pulumi.Input[str]]
"""Policies by name, as JSON, in addition to the managed policies of a driver."""


class ClusterAddons(pulumi.ComponentResource):
    """EKS add-ons for DNS, metrics, node monitoring and the storage of a stack.

    ClusterAddons("platform-addons", settings, cluster=eks.cluster_name, pools=pools,
           drivers=drivers_of(stack.storage), grants={"aws-mountpoint-s3-csi-driver": {"models": policy}},
           volumes_key=key, tags=tags, after=[groups])
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
        after: Sequence[pulumi.Resource] = (),
        region: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`drivers`: add-ons that the storage needs; `grants`: policies with which a driver accesses the
        stores of the stack; `volumes_key`:

        KMS key of EBS volumes; `tags`: tags of disks that the cluster creates without the provider; `after`:
        resources that the add-ons wait for, such as nodes that run their pods. The roles of drivers do not
        wait, since a pod gets credentials only at its start, and an association may take seconds to be
        effective (EKS API reference, CreatePodIdentityAssociation). `region`: default any of the commercial
        partition.
        """
        super().__init__("gpu-cluster:index:Addons", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, depends_on=after)
        gpu_pools = [pool for pool in pools.values() if pool.gpus]
        values: dict[str, dict[str, Any] | None] = {
            "coredns": {"autoScaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 10}},
            "metrics-server": None,
            "eks-node-monitoring-agent": {"dcgmAgent": _gpu_health(gpu_pools)} if gpu_pools else None,
        }
        for key, configured in values.items():
            managed_addon(name, key, settings, cluster=cluster, values=configured, opts=child)
        for key in sorted(drivers):
            if key not in DRIVERS:
                managed_addon(name, key, settings, cluster=cluster, opts=child)
                continue
            allowed = dict((grants or {}).get(key, {}))
            configured = dict(DRIVERS[key].values)
            if key == EBS:
                allowed["key"] = _encrypts(volumes_key)
                configured["controller"] = {"extraVolumeTags": dict(tags)}  # and of snapshots
            _driver(name, key, settings, cluster, allowed, configured, after, region, self)
        for key in settings.addons:
            if key not in ADDONS:
                managed_addon(name, key, settings, cluster=cluster, opts=child)

        self.register_outputs({})


def _driver(
    name: str,
    key: str,
    settings: EksSettings,
    cluster: pulumi.Input[str],
    grants: Grants,
    values: Mapping[str, Any],
    earlier: Sequence[pulumi.Resource],
    region: str | None,
    parent: pulumi.Resource,
) -> None:
    """A CSI driver. Its role is created first, since pods get credentials only at their start."""
    known = DRIVERS[key]
    identity = PodIdentity(
        f"{name}-{key}-identity",
        cluster=cluster,
        namespace="kube-system",
        service_account=known.service_account,
        policies=grants,
        managed=[managed_policy(policy, region) for policy in known.managed],
        opts=pulumi.ResourceOptions(parent=parent),
    )
    after = pulumi.ResourceOptions(parent=parent, depends_on=[identity, *earlier])
    managed_addon(name, key, settings, cluster=cluster, values=values, opts=after)


def _gpu_health(pools: Sequence[Pool]) -> dict[str, Any]:
    """Affinity and tolerations of the DCGM host engine: it runs on GPU nodes, and tolerates no taint by
    default.

    It holds the GPUs of its node, and an A100 then changes its MIG mode only by a reboot. On nodes that start
    with whole GPUs it therefore starts after the MIG manager has divided them, like the device plugin. The
    add-on's schema has `nodeSelector` from v1.7.0 on and `affinity` from v1.6.3 on
    (charts/configuration.schema.json of aws/eks-node-monitoring-agent, 2026-08-18). Its own affinity, which
    this replaces, names amd64 and the instance types that AWS knows of.
    """
    tolerated = {tuple(sorted(it.items())): it for pool in pools for it in pool.tolerations}
    amd64 = [pool for pool in pools if pool.architecture == "amd64"]
    whole = [pool.name for pool in amd64 if not pool.mig_layout]
    divided = [pool.name for pool in amd64 if pool.mig_layout]
    states = [_in(key, [value]) for key, value in MIG_DIVIDED.items()]
    terms = [
        *([{"matchExpressions": [_in(POOL_LABEL, whole)]}] if whole else []),
        *([{"matchExpressions": [_in(POOL_LABEL, divided), *states]}] if divided else []),
    ]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    return {
        "tolerations": [tolerated[key] for key in sorted(tolerated)],
        **({"affinity": {"nodeAffinity": required}} if terms else {}),
    }


def _in(key: str, values: list[str]) -> dict[str, Any]:
    return {"key": key, "operator": "In", "values": values}


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
