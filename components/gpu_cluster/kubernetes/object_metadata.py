"""Metadata of the objects that the platform creates."""

import hashlib
from collections.abc import Mapping

from pulumi_kubernetes.meta import v1 as meta


def metadata(
    name: str,
    namespace: str | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    awaited: bool = True,
) -> meta.ObjectMetaArgs:
    """Metadata with the annotation that takes over fields from other field managers.

    These may be a manual change, a removed autoscaler, or an interrupted update. Without `patchForce`, each
    is a conflict that fails the update.

    `awaited`: whether an update waits until the object is ready.
    """
    engine = {"pulumi.com/patchForce": "true"} | ({} if awaited else {"pulumi.com/skipAwait": "true"})
    return meta.ObjectMetaArgs(
        name=name, namespace=namespace, labels=labels, annotations={**(annotations or {}), **engine}
    )


def config_annotations(config: str) -> dict[str, str]:
    """Annotations of a pod template: programs read their configuration once, so another one is a new pod."""
    return {"gpu-cluster/config": hashlib.sha256(config.encode()).hexdigest()[:16]}
