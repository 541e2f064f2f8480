"""API keys: the Secret with those of a namespace, and the policy that requires one of them on routes."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.kubernetes.gateway.names import CONSUMER, ENVOY
from gpu_cluster.kubernetes.object_metadata import metadata

KEYS = "gateway-keys"
"""Secret with the keys of a namespace's consumers."""

_API_KEYS = {
    "credentialRefs": [{"name": KEYS}],
    "extractFrom": [{"headers": ["Authorization", "X-API-Key"]}],
    "forwardClientIDHeader": CONSUMER,
    "sanitize": True,
}
"""Envoy takes `Bearer ` off the header, which clients of the OpenAI API write in front of a key."""


def required_keys(
    name: str, namespace: str, targets: Sequence[Mapping[str, str]], *, opts: pulumi.ResourceOptions
) -> CustomResource:
    """Let only requests with a key of the namespace through to these routes."""
    return CustomResource(
        name,
        api_version=ENVOY,
        kind="SecurityPolicy",
        metadata=metadata(KEYS, namespace),
        spec={"targetRefs": [*targets], "apiKeyAuth": _API_KEYS},
        opts=opts,
    )


def keys_secret(
    name: str,
    namespace: str,
    keys: Mapping[str, pulumi.Input[str]],
    *,
    may_list: bool,
    opts: pulumi.ResourceOptions,
) -> core.Secret:
    """Without permission to list secrets, deletion cannot be awaited, so the secret is garbage-collected with
    its owner."""
    if may_list:
        return core.Secret(name, metadata=metadata(KEYS, namespace), string_data=dict(keys), opts=opts)
    owner = core.ConfigMap(f"{name}-owner", metadata=metadata(KEYS, namespace), opts=opts)
    owned = metadata(KEYS, namespace)
    owned.owner_references = [
        meta.OwnerReferenceArgs(
            api_version="v1", kind="ConfigMap", name=KEYS, uid=owner.metadata.uid.apply(str)
        )
    ]
    retained = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=True))
    return core.Secret(name, metadata=owned, string_data=dict(keys), opts=retained)
