"""API keys: the name of the Secret with those of a namespace, and the policy that requires one on routes."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

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
