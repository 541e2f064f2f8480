"""Service accounts of pods, which get no token unless they mount one."""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta


def service_account(
    name: str,
    metadata: meta.ObjectMetaArgs,
    opts: pulumi.ResourceOptions,
    *,
    pull_secrets: Sequence[str] = (),
) -> core.ServiceAccount:
    """`pull_secrets`: Secrets with credentials of image registries."""
    return core.ServiceAccount(
        name,
        metadata=metadata,
        automount_service_account_token=False,
        image_pull_secrets=[core.LocalObjectReferenceArgs(name=it) for it in pull_secrets] or None,
        opts=opts,
    )
