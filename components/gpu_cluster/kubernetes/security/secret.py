"""Secrets of a namespace whose secrets the deployer may not be allowed to list."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.kubernetes.object_metadata import metadata


def secret(
    name: str,
    object_name: str,
    namespace: str,
    data: Mapping[str, pulumi.Input[str]],
    *,
    may_list: bool,
    opts: pulumi.ResourceOptions,
) -> core.Secret:
    """`may_list`: whether the deployer may list secrets of the namespace.

    Without this permission, the provider would wait forever for a deletion. So the secret is
    garbage-collected with its owner, a ConfigMap.
    """
    named = metadata(object_name, namespace)
    if may_list:
        return core.Secret(name, metadata=named, string_data=dict(data), opts=opts)
    owner = core.ConfigMap(f"{name}-owner", metadata=metadata(object_name, namespace), opts=opts)
    named.owner_references = [
        meta.OwnerReferenceArgs(
            api_version="v1", kind="ConfigMap", name=object_name, uid=owner.metadata.uid.apply(str)
        )
    ]
    retained = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=True))
    return core.Secret(name, metadata=named, string_data=dict(data), opts=retained)
