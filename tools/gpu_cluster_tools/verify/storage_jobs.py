"""Throughput of a volume of each storage class, written and read by a Job."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil

from gpu_cluster.capacity import Pool
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import ClassSettings, Ebs, HostPath, StorageSettings
from gpu_cluster.images import BUSYBOX
from gpu_cluster.kubernetes.image_addresses import image_of
from gpu_cluster_tools.doctor.api_server import NoAnswerError, Object
from gpu_cluster_tools.doctor.check import Group
from gpu_cluster_tools.verify.free_gpus import nodes_of
from gpu_cluster_tools.verify.measurement import Measurement, blocked, measured
from gpu_cluster_tools.verify.pods import name_of
from gpu_cluster_tools.verify.run_job import JobPod, NotStartedError, run_job
from gpu_cluster_tools.verify.run_namespace import NAMESPACE, RunNamespace
from gpu_cluster_tools.verify.volume_throughput import SCRIPT, Throughput, throughput

_STORAGE = Group("storage")
_SECONDS = 600
_LEAST_GIB = 10
_IOPS_OF_A_GIB = 500
"""Most operations a second for each GiB of a disk of gp3 (Amazon EBS user guide, gp3 volumes, 2026-11-30)."""


def storage_jobs(
    stack: Stack, pools: Mapping[str, Pool], nodes: Sequence[Object], namespace: RunNamespace
) -> Iterator[Measurement]:
    """`nodes`: all of the cluster. A store that is mounted as a whole gets no file of a test."""
    place = _place(pools, nodes)
    for name, settings in stack.storage.items():
        if not isinstance(settings, ClassSettings):
            reason = "stores are shared and keep their data, so no test file is written"
            yield measured(_STORAGE.skip(name, reason))
        elif isinstance(settings, HostPath):
            yield measured(_STORAGE.skip(name, "a folder on this machine, owned by root"))
        elif place is None:
            yield measured(_STORAGE.skip(name, "no real node is ready"))
        else:
            yield _volume(stack, name, settings, *place, namespace)


def _place(pools: Mapping[str, Pool], nodes: Sequence[Object]) -> tuple[Pool, str] | None:
    """A node of a pool, best without GPUs, whose nodes cost less to wait for."""
    for pool in sorted(pools.values(), key=lambda pool: pool.gpus > 0):
        if own := nodes_of(pool, nodes):
            return pool, name_of(own[0])
    return None


def _volume(
    stack: Stack, name: str, settings: StorageSettings, pool: Pool, node: str, namespace: RunNamespace
) -> Measurement:
    size = max(_LEAST_GIB, ceil(settings.iops / _IOPS_OF_A_GIB)) if isinstance(settings, Ebs) else _LEAST_GIB
    claim = {
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": name,
            "resources": {"requests": {"storage": f"{size}Gi"}},
        },
    }
    try:
        namespace.api.create(f"/api/v1/namespaces/{NAMESPACE}/persistentvolumeclaims", claim)
    except NoAnswerError as error:
        return blocked(_STORAGE.skip(name, f"its claim was refused: {error}"))
    pod = JobPod(
        name=f"storage-{name}",
        image=image_of(BUSYBOX.at(None), stack),
        script=SCRIPT,
        pool=pool,
        node=node,
        limits={"memory": "1Gi"},
        claim=name,
    )
    try:
        result = run_job(namespace, pod, _SECONDS)
    except NotStartedError as error:
        return blocked(_STORAGE.skip(name, str(error)))
    found = throughput(result.log)
    if found is None or not result.succeeded:
        return measured(
            _STORAGE.fail(name, f"a volume of {size} GiB on {node}: {result.reason}: {result.last_words}")
        )
    return _measured(name, settings, node, found)


def _measured(name: str, settings: StorageSettings, node: str, found: Throughput) -> Measurement:
    numbers: dict[str, float] = {"writtenMiBps": round(found.written, 1), "readMiBps": round(found.read, 1)}
    words = f"{found.written:.0f} MiB/s written, {found.read:.0f} MiB/s read on {node}"
    if not isinstance(settings, Ebs):
        return measured(_STORAGE.ok(name, f"{words}; no expected value"), **numbers)
    numbers |= {"statedMiBps": settings.throughput}
    words = f"{words}, expected {settings.throughput}"
    if found.is_below(settings.throughput):
        return measured(_STORAGE.warn(name, words, "compare the EBS limits of the instance type"), **numbers)
    return measured(_STORAGE.ok(name, words), **numbers)
