"""GPUs of each pool, used by Jobs: nvidia-smi, quick diagnostics of DCGM, an all-reduce within a node."""

from collections.abc import Iterator, Mapping, Sequence

from gpu_cluster.capacity import Pool
from gpu_cluster.catalog import VLLM_DRIVER
from gpu_cluster.catalog.nvlink import NVLINK_GBPS
from gpu_cluster.config.stack import Stack
from gpu_cluster.images import DCGM, NCCL_TESTS
from gpu_cluster.kubernetes.image_addresses import image_of
from gpu_cluster_tools.doctor.api_server import Object
from gpu_cluster_tools.doctor.check import Group
from gpu_cluster_tools.verify import dcgm, nvidia_smi
from gpu_cluster_tools.verify.bus_bandwidth import ALL_REDUCE, Ranks, compared
from gpu_cluster_tools.verify.dcgm import FAIL, PASS, WARN, NoDiagnosticError, diagnostic
from gpu_cluster_tools.verify.free_gpus import FreeGpus, free_gpus, nodes_of
from gpu_cluster_tools.verify.measurement import Measurement, blocked, measured
from gpu_cluster_tools.verify.nccl import command
from gpu_cluster_tools.verify.nvidia_smi import ReportedGpu, reported_gpus
from gpu_cluster_tools.verify.run_job import JobPod, NotStartedError, run_job
from gpu_cluster_tools.verify.run_namespace import RunNamespace

_GPUS = Group("GPU jobs")
_DCGM_SECONDS, _NCCL_SECONDS = 300, 300
_MARK = "--- dcgm ---"
_SCRIPT = f"""\
{nvidia_smi.COMMAND} || exit 1
echo '{_MARK}'
{dcgm.COMMAND}"""


def gpu_jobs(
    stack: Stack,
    pools: Mapping[str, Pool],
    nodes: Sequence[Object],
    pods: Sequence[Object],
    namespace: RunNamespace,
) -> Iterator[Measurement]:
    """`nodes`, `pods`: all of the cluster. A GPU that a pod has is left to it."""
    found: list[tuple[Pool, FreeGpus]] = []
    for pool in pools.values():
        if not pool.gpus:
            continue
        free = _free(pool, nodes, pods)
        if isinstance(free, Measurement):
            yield free
        else:
            found.append((pool, free))
            yield from _gpus(stack, pool, free, namespace)
    for pool, free in found:
        yield from _all_reduce(stack, pool, free, namespace)


def _free(pool: Pool, nodes: Sequence[Object], pods: Sequence[Object]) -> FreeGpus | Measurement:
    own = nodes_of(pool, nodes)
    if not own:
        return measured(_GPUS.skip(pool.name, "no real node is ready, or all are cordoned"))
    free = free_gpus(pool, own, pods)
    if free is None:
        return blocked(
            _GPUS.skip(pool.name, f"no GPU is free on {len(own)} nodes; running pods are not evicted")
        )
    # A part of a GPU is enough: the other parts are of the same one.
    return FreeGpus(free.node, free.resource, 1) if pool.sharing else free


def _pod(stack: Stack, pool: Pool, free: FreeGpus, kind: str, source: str, script: str) -> JobPod:
    return JobPod(
        name=f"{kind}-{pool.name}",
        image=image_of(source, stack),
        script=script,
        pool=pool,
        node=free.node,
        limits={free.resource: str(free.count), "memory": "8Gi"},
        env={"NVIDIA_DRIVER_CAPABILITIES": "compute,utility"},
        root=kind == "dcgm",
    )


def _gpus(stack: Stack, pool: Pool, free: FreeGpus, namespace: RunNamespace) -> Iterator[Measurement]:
    script = _SCRIPT if not pool.sharing else nvidia_smi.COMMAND
    source = DCGM.at(None)
    try:
        result = run_job(namespace, _pod(stack, pool, free, "dcgm", source, script), _DCGM_SECONDS)
    except NotStartedError as error:
        yield blocked(_GPUS.skip(pool.name, str(error)))
        return
    listed, mark, rest = result.log.partition(_MARK)
    gpus = reported_gpus(listed)
    if not gpus:
        yield measured(
            _GPUS.fail(
                pool.name, f"nvidia-smi lists no GPU on {free.node}: {result.reason}: {result.last_words}"
            )
        )
        return
    yield _reported(pool, free, gpus, serves=pool.name in {it.pool for it in stack.serving.models.values()})
    if not mark:
        reason = "DCGM tests whole GPUs, and this pool shares them" if pool.sharing else result.reason
        yield measured(_GPUS.skip(f"{pool.name} DCGM", reason))
    else:
        yield _diagnosed(pool, free, rest)


def _reported(pool: Pool, free: FreeGpus, gpus: Sequence[ReportedGpu], *, serves: bool) -> Measurement:
    wanted = pool.gpu.product if pool.gpu else ""
    products = sorted({gpu.product for gpu in gpus})
    errors = sum(gpu.uncorrected or 0 for gpu in gpus)
    branches = [branch for gpu in gpus if (branch := gpu.driver_branch) is not None]
    degrees = [gpu.celsius for gpu in gpus if gpu.celsius is not None]
    numbers: dict[str, float] = {"gpus": len(gpus), "uncorrectedErrors": errors}
    numbers |= {"driver": min(branches)} if branches else {}
    numbers |= {"hottestCelsius": max(degrees)} if degrees else {}
    hottest = f", {max(degrees)} degrees" if degrees else ""
    words = f"{len(gpus)} x {', '.join(products)} on {free.node}, driver {gpus[0].driver}{hottest}"
    if products != [wanted]:
        return measured(_GPUS.fail(pool.name, f"{words}; {wanted} is planned"), **numbers)
    if not pool.sharing and len(gpus) != free.count:
        return measured(_GPUS.fail(pool.name, f"{words}; {free.count} were requested"), **numbers)
    if errors:
        return measured(_GPUS.fail(pool.name, f"{words}; {errors} ECC errors were not corrected"), **numbers)
    if serves and branches and min(branches) < VLLM_DRIVER:
        return measured(_GPUS.fail(pool.name, f"{words}; vLLM needs {VLLM_DRIVER} or later"), **numbers)
    return measured(_GPUS.ok(pool.name, words), **numbers)


def _diagnosed(pool: Pool, free: FreeGpus, text: str) -> Measurement:
    name = f"{pool.name} DCGM"
    try:
        found = diagnostic(text)
    except NoDiagnosticError as error:
        return blocked(_GPUS.skip(name, f"no result on {free.node}: {error}"))
    failed, warned, passed = found.count(FAIL), found.count(WARN), found.count(PASS)
    numbers = {"tests": len(found.tests), "passed": passed, "failed": failed, "warned": warned}
    words = f"{passed} of {len(found.tests)} tests of level 1 pass on {free.node}"
    said = f"; {found.warnings[0]}" if found.warnings else ""
    if failed:
        return measured(_GPUS.fail(name, f"{words}{said}"), **numbers)
    if warned:
        return measured(_GPUS.warn(name, f"{words}{said}"), **numbers)
    if not passed:
        return measured(_GPUS.skip(name, f"{words}: all were skipped"), **numbers)
    return measured(_GPUS.ok(name, words), **numbers)


def _all_reduce(stack: Stack, pool: Pool, free: FreeGpus, namespace: RunNamespace) -> Iterator[Measurement]:
    """Within a node; between nodes: `efa_jobs`."""
    if pool.gpus < 2 or pool.sharing:
        return
    name = f"{pool.name} NVLink" if pool.gpu and pool.gpu.name in NVLINK_GBPS else f"{pool.name} PCIe"
    if free.count < 2:
        yield blocked(ALL_REDUCE.skip(name, f"{free.count} GPU is free on {free.node}; the test needs two"))
        return
    if pool.architecture != "amd64":
        yield measured(ALL_REDUCE.skip(name, f"no known nccl-tests image for {pool.architecture}"))
        return
    pod = _pod(stack, pool, free, "nccl", NCCL_TESTS.at(None), command(free.count))
    try:
        result = run_job(namespace, pod, _NCCL_SECONDS)
        yield _bandwidth(name, pool, free, result.log, result.reason)
    except NotStartedError as error:
        yield blocked(ALL_REDUCE.skip(name, str(error)))


def _bandwidth(name: str, pool: Pool, free: FreeGpus, log: str, reason: str) -> Measurement:
    line = NVLINK_GBPS.get(pool.gpu.name) if pool.gpu else None
    gpus = Ranks(free.count, f"{free.count} GPUs of {free.node}")
    return compared(
        name, gpus, log, reason, line, advice="nvidia-smi topo -m and nvlink --status on the node"
    )
