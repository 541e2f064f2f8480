"""The token of the model hub, where replicas find it."""

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.kubernetes.object_metadata import metadata

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
    """`may_list`: whether the deployer may list secrets of the namespace.

    Without this permission, the provider would wait forever for a deletion. So the secret is
    garbage-collected with its owner object.
    """
    if may_list:
        return core.Secret(name, metadata=metadata(SECRET, namespace), string_data={KEY: token}, opts=opts)
    owner = core.ConfigMap(f"{name}-owner", metadata=metadata(SECRET, namespace), opts=opts)
    owned = metadata(SECRET, namespace)
    owned.owner_references = [
        meta.OwnerReferenceArgs(
            api_version="v1", kind="ConfigMap", name=SECRET, uid=owner.metadata.uid.apply(str)
        )
    ]
    retained = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=True))
    return core.Secret(name, metadata=owned, string_data={KEY: token}, opts=retained)


def variable() -> core.EnvVarArgs:
    """The token as clients of the hub read it."""
    key = core.SecretKeySelectorArgs(name=SECRET, key=KEY)
    return core.EnvVarArgs(name="HF_TOKEN", value_from=core.EnvVarSourceArgs(secret_key_ref=key))
