"""The token of the model hub, where replicas find it."""

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.metadata import metadata

SECRET = "hub-token"  # noqa: S105
KEY = "token"


def hub_token_secret(
    name: str, namespace: str, token: pulumi.Input[str], *, opts: pulumi.ResourceOptions
) -> core.Secret:
    return core.Secret(name, metadata=metadata(SECRET, namespace), string_data={KEY: token}, opts=opts)
