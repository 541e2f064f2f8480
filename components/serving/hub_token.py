"""The token of the model hub, where replicas find it."""

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.metadata import metadata

SECRET = "hub-token"  # noqa: S105
KEY = "token"


def hub_token_secret(
    name: str, namespace: str, token: pulumi.Input[str], *, opts: pulumi.ResourceOptions
) -> core.Secret:
    """Not awaited: to see it go, the engine would list every secret of the namespace, which no team may."""
    unseen = metadata(SECRET, namespace, awaited=False)
    return core.Secret(name, metadata=unseen, string_data={KEY: token}, opts=opts)
