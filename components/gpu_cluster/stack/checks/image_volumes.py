"""Image volumes: a cluster that mounts them, and disks that hold the weights in them."""

from collections.abc import Iterator, Mapping
from math import ceil

from gpu_cluster.capacity import Pool, known_model
from gpu_cluster.catalog import KUBERNETES_VERSIONS
from gpu_cluster.config.cluster import ExistingCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.pools import AmiFamily
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.cpu_and_memory import named
from gpu_cluster.stack.checks.valid_models import valid_models
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

IMAGE_VOLUMES_SINCE = (1, 35)
"""Kubernetes that mounts images without a feature gate, in API server and kubelet.

Alpha in 1.31, beta but off in 1.33, on in 1.35 (`ImageVolume`, pkg/features/kube_features.go of Kubernetes
1.35.4), stable in 1.36 (kubernetes/kubernetes pull request 136711, 2026-02-17). containerd mounts them since
2.1 (containerd/containerd pull request 10579), which all images of EKS for 1.35 have: those of Amazon Linux
2023 since v20251023 (awslabs/amazon-eks-ami issue 2494), of Bottlerocket since 1.53.0, the first for 1.35.
"""

_NEEDED = "needs image volumes, which Kubernetes has on since 1.35"
_GIB = 1024**3
_COLLECTED_ABOVE_PERCENT = 85
"""Part of the disk above which a kubelet deletes images, by its default."""

_OTHER_IMAGES_BYTES = 20 * _GIB
"""Kept for engines and DaemonSets: images for GPUs have 10 to 20 GB."""


def image_volumes(
    stack: Stack, offered: Mapping[str, Pool], broken: frozenset[Keys], *, of_team: bool = False
) -> Iterator[Diagnostic]:
    """`of_team`: prefetch is a key of the environment, which its own check looks at."""
    models = stack.serving.models
    users: dict[Keys, set[str]] = {
        ("serving", "models", name, "weightsImage"): {model.pool}
        for name, model in models.items()
        if model.weights_image
    }
    if stack.serving.prefetch and not of_team:
        users["serving", "prefetch"] = {model.pool for model in models.values()}
    for keys, pools in users.items():
        if problem := _too_old(stack, pools, broken):
            yield Diagnostic(keys, problem)
    yield from _disks(stack, offered, broken)


def unchecked_image_volumes(models: Mapping[str, ModelSettings], stack: Stack) -> Iterator[str]:
    """Parts of image volumes that are not checked, one sentence each."""
    mounting = {name: model for name, model in models.items() if model.weights_image}
    prefetched = models if stack.serving.prefetch and models is stack.serving.models else mounting
    if isinstance(stack.cluster, ExistingCluster) and prefetched:
        yield (
            "image volumes are not checked here: nodes need Kubernetes 1.35 and containerd 2.1; "
            "hint: gpu-cluster doctor"
        )
    own = sorted({it.pool for it in prefetched.values() if _own_image(stack, it.pool)})
    if own:
        yield f"{named(own)}: whether ami.id has containerd 2.1, for image volumes, is not checked"
    for name, model in mounting.items():
        if known_model(model) is None:
            yield f"model {name}: disk for weightsImage is not checked: its size is not known; hint: weights"
        elif not isinstance(stack.cluster, EksSettings):
            yield f"model {name}: disk for weightsImage is not checked: disks of the nodes are not known"


def _own_image(stack: Stack, pool: str) -> bool:
    return pool in stack.pools and bool(stack.pools[pool].ami.id)


def _too_old(stack: Stack, pools: set[str], broken: frozenset[Keys]) -> str | None:
    """Reason for which no pod with an image volume starts; of other clusters the doctor tells."""
    cluster = stack.cluster
    if not isinstance(cluster, EksSettings) or ("cluster", "version") in broken:
        return None
    if cluster.version in KUBERNETES_VERSIONS and _numbers(cluster.version) < IMAGE_VOLUMES_SINCE:
        return f"{_NEEDED}; expected cluster.version of 1.35 or later, got {cluster.version}"
    for name in sorted(pools & stack.pools.keys()):
        ami = stack.pools[name].ami
        if ami.release and ami.family is AmiFamily.AL2023 and _numbers(ami.release) < IMAGE_VOLUMES_SINCE:
            return f"{_NEEDED}; expected pools.{name}.ami.release of 1.35 or later, got {ami.release}"
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(it) for it in version.split(".")[:2] if it.isdigit())


def _disks(stack: Stack, offered: Mapping[str, Pool], broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    """Each image is there once for all replicas; while one is unpacked, its layers lie beside it.

    Amazon Linux deletes layers that are unpacked (`discard_unpacked_layers`, nodeadm of
    awslabs/amazon-eks-ami, 2026-02-13); Bottlerocket keeps them (bottlerocket-os/bottlerocket issue 3314,
    open on 2026-11-30).
    """
    if not isinstance(stack.cluster, EksSettings):
        return
    sizes: dict[str, dict[str, tuple[str, int]]] = {}
    for keys, model in valid_models(stack, broken):
        known = known_model(model)
        if model.weights_image and known:
            size = (str(keys[-1]), known.download)
            sizes.setdefault(model.pool, {}).setdefault(model.weights_image.image, size)
    for key, images in sizes.items():
        pool = offered.get(key)
        if pool is None:
            continue
        amounts = [size for _, size in images.values()]
        kept = stack.pools[key].ami.family is AmiFamily.BOTTLEROCKET
        needed = 2 * sum(amounts) if kept else sum(amounts) + max(amounts)
        free = int(pool.capacity.ephemeral_bytes * _kept_part(stack, key)) - _OTHER_IMAGES_BYTES
        if needed <= free:
            continue
        name = max(images.values(), key=lambda it: it[1])[0]
        yield Diagnostic(
            ("serving", "models", name, "weightsImage"),
            f"images with weights take up to {ceil(needed / _GIB)}Gi on each node of pool {key}, and "
            f"{max(0, free // _GIB)}Gi are for them beside other images; {_remedy(stack, pool, needed)}",
        )


def _kept_part(stack: Stack, pool: str) -> float:
    """Part of the disk that images may fill before the kubelet deletes some."""
    given = stack.pools[pool].kubelet.get("imageGCHighThresholdPercent")
    return (given if isinstance(given, int) else _COLLECTED_ABOVE_PERCENT) / 100


def _remedy(stack: Stack, pool: Pool, needed: int) -> str:
    if pool.image_disk_mib is None:
        return "expected an instance type with larger local disks, or a store"
    least = ceil((needed + _OTHER_IMAGES_BYTES) / _kept_part(stack, pool.name) / _GIB / 10) * 10
    return (
        f"expected pools.{pool.name}.disk.size of at least {least}Gi, got {stack.pools[pool.name].disk.size}"
    )
