"""One add-on of EKS."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from gpu_cluster.catalog import ADDON_VERSIONS
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

    What someone changed in the cluster by hand is set back, so that nothing drifts unseen.
    """
    return aws.eks.Addon(
        f"{name}-{addon}",
        addon_name=addon,
        cluster_name=cluster,
        addon_version=settings.addons.get(addon) or ADDON_VERSIONS[settings.version][addon],
        configuration_values=pulumi.Output.json_dumps(values, sort_keys=True) if values else None,
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        opts=opts,
    )
