"""Stores and volumes on AWS: service limits of policies, security group rules and paths."""

import json
from collections.abc import Iterator, Mapping

from gpu_cluster.capacity.bucket_access import bucket_access
from gpu_cluster.catalog.limits import LIMITS, fitted, policy_characters
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.partition import partition_of
from gpu_cluster.config.services import ServiceSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import Efs
from gpu_cluster.config.stores import S3, FsxLustre
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_SUFFIX = 8
"""Length of the suffix of automatic bucket names."""

MOUNT_CHARACTERS = {False: 284, True: 365}
"""Length of the mount policy of a bucket without its ARNs, by write access."""

_KEY_ID = 36
_BASE_PATH = "/volumes/"
_UNIQUE = 37
"""Length of the dash and UUID that the EFS CSI driver appends to folders."""


def mounts(stack: Stack) -> Iterator[Diagnostic]:
    if not isinstance(stack.cluster, EksSettings):
        return
    yield from _policies(stack, stack.cluster)
    yield from _rules(stack)
    yield from shared_models(("serving",), stack.serving.models, stack.serving.namespace, stack)


def shared_models(
    keys: Keys, models: Mapping[str, ModelSettings], namespace: str, stack: Stack
) -> Iterator[Diagnostic]:
    """`keys`: those of the section that the models are in, below which is `models`."""
    for name, model in models.items():
        if model.cache and _is_efs(model.cache.storage_class, stack):
            yield from _path((*keys, "models", name), namespace, f"{name}-weights")


def shared_volumes(
    services: Mapping[str, ServiceSettings], namespace: str, stack: Stack
) -> Iterator[Diagnostic]:
    for name, service in services.items():
        for volume, settings in service.volumes.items():
            if _is_efs(settings.storage_class, stack):
                yield from _path(("services", name, "volumes", volume), namespace, f"{name}-{volume}")


def mount_characters(store: str, settings: S3, region: str, account: str) -> int:
    """Length of the policy of the S3 CSI driver for the bucket of a store."""
    if settings.bucket:
        document = {"Version": "2012-10-17", "Statement": bucket_access(settings, region)}
        return policy_characters(json.dumps(document))
    partition = partition_of(region)
    named = fitted("aws:s3/bucket:Bucket", f"platform-stores-{store}-bucket")
    bucket = len(f"arn:{partition}:s3:::{named}")
    key = len(f"arn:{partition}:kms:{region}:{account}:key/") + _KEY_ID
    return MOUNT_CHARACTERS[settings.writable] + 3 * (bucket + _SUFFIX) + key


def _policies(stack: Stack, cluster: EksSettings) -> Iterator[Diagnostic]:
    """One role mounts all buckets, with an inline policy per bucket."""
    buckets = {name: it for name, it in stack.storage.items() if isinstance(it, S3)}
    together = 0
    for count, (name, settings) in enumerate(buckets.items()):
        together += mount_characters(name, settings, stack.region or "", cluster.account)
        if problem := LIMITS["iam-inline-policies"].problem(together):
            message = f"{problem}; the role of the S3 CSI driver has one per s3 store, and {count} fit"
            yield Diagnostic(("storage", name), message)
            return


def _rules(stack: Stack) -> Iterator[Diagnostic]:
    """Each Lustre file system adds two rules to the security group of nodes."""
    together = 1
    for name, settings in stack.storage.items():
        together += 2 * isinstance(settings, FsxLustre)
        if isinstance(settings, FsxLustre) and (problem := LIMITS["security-group-rules"].problem(together)):
            message = f"{problem}; the nodes have two per fsx-lustre store"
            yield Diagnostic(("storage", name), message)
            return


def _is_efs(storage_class: str | None, stack: Stack) -> bool:
    default = next((name for name, it in stack.storage.items() if it.default), "")
    return isinstance(stack.storage.get(storage_class or default), Efs)


def _path(keys: Keys, namespace: str, claim: str) -> Iterator[Diagnostic]:
    """The driver creates an access point per claim: /volumes/<namespace>/<claim>-<UUID>.

    Source: kubernetes-sigs/aws-efs-csi-driver, docs/README.md, subPathPattern and ensureUniqueDirectory.
    """
    limit = LIMITS["access-point-path"]
    if limit.problem(len(f"{_BASE_PATH}{namespace}/{claim}") + _UNIQUE):
        room = limit.most - len(_BASE_PATH) - 1 - _UNIQUE
        message = (
            f"the EFS folder path is too long: namespace {namespace} and claim {claim} have"
            f" {len(namespace) + len(claim)} characters, at most {room} are allowed"
        )
        yield Diagnostic(keys, message)
