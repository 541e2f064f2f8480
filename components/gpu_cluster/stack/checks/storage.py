"""Storage: kinds supported by the provider, exactly one default, no name collisions, existing references."""

from collections.abc import Iterable, Iterator

from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import StorageSettings
from gpu_cluster.config.stores import S3, CsiVolume, FsxLustre, StoreSettings
from gpu_cluster.stack.checks.disks import disks
from gpu_cluster.stack.checks.region import on_aws
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import did_you_mean, one_of

_SCRATCH = "-scratch"
_OF_AWS = ("ebs", "efs", "fsx-lustre", "s3")


def storage(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    for name, settings in stack.storage.items():
        keys: Keys = ("storage", name)
        if problem := _out_of_place(stack, settings):
            yield Diagnostic((*keys, "kind"), problem)
        base = name.removesuffix(_SCRATCH)
        if base != name and base in stack.storage:
            yield Diagnostic(keys, f"{name} is reserved for ephemeral volumes of {base}")
        if isinstance(settings, FsxLustre):
            yield from _lustre(keys, settings, stack, broken)
        if isinstance(settings, S3) and (problem := _key_elsewhere(settings, stack)):
            yield Diagnostic((*keys, "key"), problem)
        if isinstance(settings, CsiVolume) and len(settings.namespaces or ()) > 1:
            names = ", ".join(sorted(settings.namespaces or ()))
            message = f"a node mounts a CSI volume for only one claim; expected one namespace, got {names}"
            yield Diagnostic((*keys, "namespaces"), message)
    yield from _defaults(stack, complete=not any(key[0] == "storage" for key in broken))
    yield from disks(stack)


def _out_of_place(stack: Stack, settings: StorageSettings) -> str | None:
    """Reason why the provider does not support this kind, or None."""
    kind = settings.kind
    if isinstance(stack.cluster, LocalCluster):
        return None if kind == "host-path" else f"provider local supports only host-path, got '{kind}'"
    if kind == "host-path":
        return "host-path is only for provider local"
    if on_aws(stack):
        return "local-path is not available with provider eks; use ebs" if kind == "local-path" else None
    if kind in _OF_AWS:
        return f"'{kind}' is only for provider eks; existing clusters support csi, csi-volume and nfs-folder"
    return None


def _key_elsewhere(settings: S3, stack: Stack) -> str | None:
    """S3 uses keys of the bucket's region alone (Amazon S3 user guide, UsingKMSEncryption, 2026-11-30)."""
    region = settings.key.split(":")[3] if settings.key else stack.region
    if region == stack.region or not stack.region:
        return None
    return f"expected a key of {stack.region}, the region of the bucket, got one of {region}"


def _lustre(keys: Keys, settings: FsxLustre, stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    if isinstance(stack.cluster, EksSettings) and stack.cluster.ip_family == "ipv6":
        # Amazon EKS user guide, cni-ipv6, "IPv6 feature support", 2026-11-30.
        message = "EKS does not support FSx for Lustre on clusters with ipFamily: ipv6"
        yield Diagnostic((*keys, "kind"), message)
    zones = stack.network.every_zone if stack.network else []
    if settings.zone and zones and settings.zone not in zones:
        yield Diagnostic(
            (*keys, "zone"), f"expected a zone of the network, {one_of(zones)}, got '{settings.zone}'"
        )
    source = settings.s3
    if source is None or source.startswith("s3://") or ("storage", source) in broken:
        return
    buckets = [name for name, chosen in stack.storage.items() if isinstance(chosen, S3)]
    if source not in buckets:
        known = did_you_mean(source, buckets) or f"; there are {', '.join(buckets) or 'none'}"
        yield Diagnostic((*keys, "s3"), f"unknown s3 store '{source}'{known}")


def _defaults(stack: Stack, *, complete: bool) -> Iterator[Diagnostic]:
    defaults = [name for name, settings in stack.storage.items() if settings.default]
    for other in defaults[1:]:
        yield Diagnostic(
            ("storage", other, "default"), f"expected one default; {defaults[0]} is already the default"
        )
    classes = _classes(stack)
    if classes and not defaults and complete:
        names = ", ".join(classes)
        yield Diagnostic(("storage",), f"expected default: true in one storage class, got none in {names}")


def unknown_class(name: str | None, stack: Stack, broken: frozenset[Keys]) -> str | None:
    """Diagnostic of a reference to a storage class, if any."""
    classes = _classes(stack)
    if name is None or name in classes or ("storage", name) in broken or ("storage",) in broken:
        return None
    if name in stack.storage:
        others = one_of(classes) if classes else "none"
        return f"{name} is a store, not a storage class; expected {others}"
    known = did_you_mean(name, classes) or f"; there are {', '.join(classes) or 'none'}"
    return f"unknown storage class '{name}'{known}"


def unknown_store(name: str, stack: Stack, broken: frozenset[Keys]) -> str | None:
    """Diagnostic of a model's reference to a store, if any."""
    if ("storage", name) in broken or ("storage",) in broken:
        return None
    stores = {key: it for key, it in stack.storage.items() if isinstance(it, StoreSettings)}
    if name in stack.storage and name not in stores:
        return f"{name} is a storage class, not a store; stores are {_or_none(stores)}"
    if name not in stores:
        return f"unknown store '{name}'{did_you_mean(name, stores) or f'; there are {_or_none(stores)}'}"
    claimed_in = stores[name].namespaces
    if claimed_in is not None and stack.serving.namespace not in claimed_in:
        where = _or_none(sorted(claimed_in))
        return f"{name} can be claimed in {where}; expected {stack.serving.namespace} among its namespaces"
    return None


def _or_none(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _classes(stack: Stack) -> list[str]:
    """Storage classes, without stores."""
    return [name for name, chosen in stack.storage.items() if not isinstance(chosen, StoreSettings)]
