"""Stores of the environment, as the pods of a team mount them."""

from collections.abc import Collection, Mapping

import pulumi
from pulumi_kubernetes.core import v1 as core

from gpu_cluster.config.storage import StorageSettings
from gpu_cluster.config.stores import StoreSettings
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.storage import KEPT_BY_CLAIMS, claim_of


def store_claims(
    name: str,
    namespace: str,
    stores: Collection[str],
    storage: Mapping[str, StorageSettings],
    *,
    opts: pulumi.ResourceOptions,
) -> list[core.PersistentVolumeClaim]:
    """A PersistentVolumeClaim for each store, with its name, bound to a volume of the platform."""
    chosen = {key: settings for key, settings in storage.items() if key in stores}
    return [
        core.PersistentVolumeClaim(
            f"{name}-{key}",
            metadata=metadata(key, namespace),
            spec=claim_of(settings),
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=KEPT_BY_CLAIMS)),
        )
        for key, settings in chosen.items()
        if isinstance(settings, StoreSettings)
    ]
