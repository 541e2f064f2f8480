"""EKS managed add-on."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.nested_values import merged
from gpu_cluster.catalog import ADDON_VERSIONS
from gpu_cluster.config.addons import AddonSettings
from gpu_cluster.config.eks import EksSettings


def managed_addon(
    name: str,
    addon: str,
    settings: EksSettings,
    *,
    cluster: pulumi.Input[str],
    values: Mapping[str, Any] | None = None,
    opts: pulumi.ResourceOptions,
) -> aws.eks.Addon:
    """The add-on in the version that the stack pins, or else the catalog; `values` is its configuration.

    Values of the stack file override these: maps key by key, everything else as a whole.

    Manual changes in the cluster are overwritten.
    """
    given = settings.addons.get(addon, AddonSettings())
    configured = merged(values or {}, given.values)
    return aws.eks.Addon(
        f"{name}-{addon}",
        addon_name=addon,
        cluster_name=cluster,
        addon_version=given.version or ADDON_VERSIONS[settings.version][addon],
        configuration_values=pulumi.Output.json_dumps(configured, sort_keys=True) if configured else None,
        pod_identity_associations=[
            {"service_account": account, "role_arn": role} for account, role in given.pod_identity.items()
        ]
        or None,
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        opts=opts,
    )
