"""The token of the model hub, where replicas find it."""

import pulumi
from pulumi_kubernetes.core import v1 as core

from gpu_cluster.kubernetes.security.secret import secret

SECRET = "hub-token"  # noqa: S105
KEY = "token"


def hub_token_secret(
    name: str,
    namespace: str,
    token: pulumi.Input[str],
    *,
    may_list: bool = True,
    opts: pulumi.ResourceOptions,
) -> core.Secret:
    """`may_list`: whether the deployer may list secrets of the namespace."""
    return secret(name, SECRET, namespace, {KEY: token}, may_list=may_list, opts=opts)


def variable() -> core.EnvVarArgs:
    """The token as clients of the hub read it."""
    key = core.SecretKeySelectorArgs(name=SECRET, key=KEY)
    return core.EnvVarArgs(name="HF_TOKEN", value_from=core.EnvVarSourceArgs(secret_key_ref=key))
