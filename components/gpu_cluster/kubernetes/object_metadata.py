"""Name, place and labels of the objects that the platform makes."""

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
    """For an object whose fields are what the stack file says, no matter which manager set them before.

    That may have been a hand, a scaler that is no longer there, or an update that was killed before it wrote
    down what it had made. Without `patchForce` each is a conflict that ends the update.

    `awaited`: whether an update waits until the object works.
    """
    engine = {"pulumi.com/patchForce": "true"} | ({} if awaited else {"pulumi.com/skipAwait": "true"})
    return meta.ObjectMetaArgs(
        name=name, namespace=namespace, labels=labels, annotations={**(annotations or {}), **engine}
    )


def config_annotations(config: str) -> dict[str, str]:
    """Annotations of a pod template: programs read their configuration once, so another one is a new pod."""
    return {"gpu-cluster/config": hashlib.sha256(config.encode()).hexdigest()[:16]}
