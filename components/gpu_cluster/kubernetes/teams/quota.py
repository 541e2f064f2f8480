"""Quota of the pods of a team."""

from collections import Counter
from collections.abc import Mapping

from gpu_cluster.capacity import GPU_RESOURCE, Pool, Share
from gpu_cluster.config.team_grants import TeamSettings
from gpu_cluster.kubernetes.serving import quantities


def quota_of(team: TeamSettings, share: Share, pools: Mapping[str, Pool]) -> dict[str, str]:
    """Hard limits of the namespace by resource; GPUs of pools without a grant have the limit 0.

    So have whole GPUs where every pool is divided: an existing cluster may have other nodes with GPUs.
    """
    gpus: Counter[str] = Counter({name: 0 for pool in pools.values() for name in pool.gpu_resources})
    gpus[GPU_RESOURCE] += 0
    for granted in share.gpus.values():
        gpus.update(granted)
    memory = quantities.memory(share.memory_bytes)
    return {
        "requests.cpu": quantities.cpu(share.cpu_millis),
        "requests.memory": memory,
        "limits.memory": memory,
        **{f"requests.{resource}": str(count) for resource, count in sorted(gpus.items())},
        "requests.storage": team.storage,
        "pods": str(team.pods),
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


def gpu_quota_of(granted: Mapping[str, int]) -> dict[str, str]:
    """Hard limits of the pods of one pool."""
    return {f"requests.{resource}": str(count) for resource, count in granted.items()}
