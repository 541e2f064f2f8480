"""Jobs that use GPUs and volumes, in a namespace of their own."""

from collections.abc import Iterator, Mapping, Sequence

from gpu_cluster.capacity import Pool
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.api_server import ApiServer, ForbiddenError, Object
from gpu_cluster_tools.doctor.check import Group
from gpu_cluster_tools.verify.efa_jobs import efa_jobs
from gpu_cluster_tools.verify.free_gpus import nodes_of
from gpu_cluster_tools.verify.gpu_jobs import gpu_jobs
from gpu_cluster_tools.verify.measurement import Measurement, blocked, measured
from gpu_cluster_tools.verify.run_namespace import OccupiedError, RunNamespace
from gpu_cluster_tools.verify.storage_jobs import storage_jobs

_JOBS = Group("jobs")


def jobs(
    stack: Stack, pools: Mapping[str, Pool], nodes: Sequence[Object], api: ApiServer
) -> Iterator[Measurement]:
    """`nodes`: all of the cluster."""
    pods = api.items("/api/v1/pods")
    if pods is None:
        yield blocked(_JOBS.skip("jobs", "not authorized to list pods, so free GPUs are unknown"))
        return
    if not any(nodes_of(pool, nodes) for pool in pools.values()):
        yield measured(_JOBS.skip("jobs", "no real node is ready"))
        return
    try:
        with RunNamespace(api, stack) as namespace:
            yield from gpu_jobs(stack, pools, nodes, pods, namespace)
            yield from efa_jobs(stack, pools, nodes, pods, namespace)
            yield from storage_jobs(stack, pools, nodes, namespace)
    except (ForbiddenError, OccupiedError) as error:
        yield blocked(_JOBS.skip("jobs", str(error)))


def not_asked_for() -> Measurement:
    return measured(_JOBS.skip("jobs", "GPUs, all-reduce and storage are tested only with --jobs"))
