"""Quota of all models at their maximum replicas."""

from collections import Counter
from collections.abc import Iterable

from gpu_cluster.capacity import (
    MIRROR_CPU_MILLIS,
    MIRROR_MEMORY_BYTES,
    PREFETCH_LIMITS,
    PREFETCH_REQUESTS,
    Request,
)
from gpu_cluster.capacity.gateway_requests import PICKER_LIMITS, PICKER_REQUESTS, PICKERS
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.quantity import amount
from gpu_cluster.kubernetes.serving import cache, quantities
from gpu_cluster.kubernetes.storage import STORE_CLAIM, StorageClassNames


def quota_of(
    models: Iterable[tuple[ModelSettings, Request]],
    storage: StorageClassNames,
    *,
    jobs: int = 0,
    prefetching: int = 0,
    pickers: int = 0,
) -> dict[str, str]:
    """Hard limits by resource. `jobs`: that mirror weights; `prefetching`: nodes that keep images;
    `pickers`: models with endpoint pickers.

    Each model counts one replica more than its maximum, because a terminating replica counts while its
    successor starts. Over several nodes a replica is as many pods, with a Service among them. Each node that
    keeps images counts twice too, for EKS starts nodes before it takes others away.
    """
    models = list(models)
    stores = {settings.store for settings, _ in models if settings.store}
    used: Counter[str] = Counter(persistentvolumeclaims=len(stores))
    volumes_bytes = len(stores) * amount(STORE_CLAIM)
    for settings, request in models:
        replicas = (settings.replicas.max + 1) * settings.nodes
        used["cpu"] += replicas * request.cpu_millis
        used["memory"] += replicas * request.memory_bytes
        used[f"requests.{request.resource}"] += replicas * request.count
        used["pods"] += replicas
        used["services"] += 1 if settings.nodes == 1 else 2
        if settings.cache:
            volumes = 1 if cache.is_shared(settings.cache, storage) else replicas
            used["persistentvolumeclaims"] += volumes
            volumes_bytes += volumes * amount(settings.cache.size)

    used["cpu"] += jobs * MIRROR_CPU_MILLIS
    used["memory"] += jobs * MIRROR_MEMORY_BYTES
    used["pods"] += jobs

    used["cpu"] += 2 * prefetching * int(amount(PREFETCH_REQUESTS["cpu"]) * 1000)
    used["memory"] += 2 * prefetching * int(amount(PREFETCH_LIMITS["memory"]))
    used["pods"] += 2 * prefetching

    # Each of them is replaced by one that runs beside it.
    used["services"] += pickers * PICKERS
    used["pods"] += 2 * pickers * PICKERS
    used["cpu"] += 2 * pickers * PICKERS * int(amount(PICKER_REQUESTS["cpu"]) * 1000)
    used["memory"] += 2 * pickers * PICKERS * int(amount(PICKER_LIMITS["memory"]))

    cpu, memory = quantities.cpu(used.pop("cpu")), quantities.memory(used.pop("memory"))
    return {
        "requests.cpu": cpu,
        "requests.memory": memory,
        "limits.memory": memory,
        **{resource: str(count) for resource, count in used.items()},
        "requests.storage": quantities.memory(int(volumes_bytes)),
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
