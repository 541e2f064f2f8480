"""All-reduce over EFA between two nodes of a pool: ranks by mpirun, which starts the others by SSH.

Paths, environment and huge pages: micro-benchmarks/nccl-tests (nccl-tests.Dockerfile, kubernetes/) of
awslabs/awsome-distributed-training, 2026-06-01. sshd needs these three capabilities and no others: OpenSSH
9.2, tried without the others and without new privileges, 2026-11-30.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager

from gpu_cluster.capacity import EFA_RESOURCE, GPU_RESOURCE, Pool
from gpu_cluster.config.quantity import amount
from gpu_cluster.config.stack import Stack
from gpu_cluster.images import NCCL_TESTS
from gpu_cluster.kubernetes.image_addresses import image_of
from gpu_cluster_tools.doctor.api_server import Object
from gpu_cluster_tools.doctor.node_facts import allocatable
from gpu_cluster_tools.verify.bus_bandwidth import ALL_REDUCE, Ranks, compared
from gpu_cluster_tools.verify.free_gpus import nodes_of, taken_on
from gpu_cluster_tools.verify.measurement import Measurement, blocked, measured
from gpu_cluster_tools.verify.nccl import SIZES, network
from gpu_cluster_tools.verify.pods import name_of
from gpu_cluster_tools.verify.run_job import JobPod, NotStartedError, run_job, running_job
from gpu_cluster_tools.verify.run_namespace import RunNamespace
from gpu_cluster_tools.verify.ssh_files import ssh_files

_SECONDS = 600
_SECRET = "efa-ssh"  # noqa: S105  (its name)
_LABELS = {"gpu-cluster/verify": "efa"}
_CAPABILITIES = ("SETGID", "SETUID", "SYS_CHROOT")
_HUGE_PAGES, _HUGE_PAGES_AMOUNT = "hugepages-2Mi", "5120Mi"
_SERVE = "mkdir -p /run/sshd && exec /usr/sbin/sshd -D -e -f /secret/sshd_config"
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "FI_EFA_USE_HUGE_PAGE")
"""Variables of the first pod that mpirun hands to the ranks of the second."""

_ADVICE = "self-referencing rules of the security group, and fi_info -p efa in a pod of each node"


def efa_jobs(
    stack: Stack,
    pools: Mapping[str, Pool],
    nodes: Sequence[Object],
    pods: Sequence[Object],
    namespace: RunNamespace,
) -> Iterator[Measurement]:
    """`nodes`, `pods`: all of the cluster. Two nodes whose GPUs and interfaces no pod has are used."""
    for pool in pools.values():
        name = f"{pool.name} EFA"
        if EFA_RESOURCE not in pool.extended:
            if pool.gpus and pool.instance and pool.instance.efa:
                yield measured(ALL_REDUCE.skip(name, f"pools.{pool.name}.efa is not true"))
        elif not pool.gpus or pool.sharing:
            yield measured(ALL_REDUCE.skip(name, "NCCL needs whole GPUs"))
        elif pool.architecture != "amd64":
            yield measured(ALL_REDUCE.skip(name, f"no known nccl-tests image for {pool.architecture}"))
        else:
            yield _between(stack, pool, name, nodes, pods, namespace)


def _between(
    stack: Stack,
    pool: Pool,
    name: str,
    nodes: Sequence[Object],
    pods: Sequence[Object],
    namespace: RunNamespace,
) -> Measurement:
    own = nodes_of(pool, nodes)
    if pool.nodes.max < 2:
        return measured(ALL_REDUCE.skip(name, "the pool has one node"))
    free = [node for node in own if _is_free(pool, node, pods)]
    if len(free) < 2:
        wanted = f"all {pool.gpus} GPUs and {pool.extended[EFA_RESOURCE]} EFA interfaces"
        return blocked(
            ALL_REDUCE.skip(name, f"{len(free)} of {len(own)} nodes has {wanted} free; the test needs two")
        )
    first, second = free[:2]
    try:
        with (
            _prepared(namespace),
            running_job(namespace, _pod(stack, pool, second, _SERVE), _SECONDS) as host,
        ):
            result = run_job(namespace, _pod(stack, pool, first, _launch(pool, host), first=True), _SECONDS)
    except NotStartedError as error:
        return blocked(ALL_REDUCE.skip(name, str(error)))
    where = f"{2 * pool.gpus} GPUs of {name_of(first)} and {name_of(second)}"
    if network(result.log) == "Socket":
        found = f"NCCL used TCP and not EFA between {name_of(first)} and {name_of(second)}"
        return measured(ALL_REDUCE.fail(name, found, "NCCL_DEBUG=INFO, lines NET/OFI; fi_info -p efa"))
    line = pool.instance.network_gbps / 8 if pool.instance else None
    return compared(name, Ranks(2 * pool.gpus, where), result.log, result.reason, line, advice=_ADVICE)


def _is_free(pool: Pool, node: Object, pods: Sequence[Object]) -> bool:
    """Whether no pod has one of its GPUs or interfaces, and all of them are offered."""
    wanted = {GPU_RESOURCE: pool.gpus, EFA_RESOURCE: pool.extended[EFA_RESOURCE]}
    return all(
        int(allocatable(node, resource)) - taken_on(name_of(node), resource, pods) >= count
        for resource, count in wanted.items()
    )


@contextmanager
def _prepared(namespace: RunNamespace) -> Generator[None]:
    """Login of the first pod at the second, and traffic between both alone."""
    secrets, policies = (
        namespace.path("v1", "secrets"),
        namespace.path("networking.k8s.io/v1", "networkpolicies"),
    )
    between: list[Object] = [{"podSelector": {"matchLabels": _LABELS}}]
    policy: Object = {
        "metadata": {"name": _SECRET},
        "spec": {
            "podSelector": {"matchLabels": _LABELS},
            "ingress": [{"from": between}],
            "egress": [{"to": between}],
        },
    }
    namespace.api.create(secrets, {"metadata": {"name": _SECRET}, "stringData": ssh_files()})
    namespace.api.create(policies, policy)
    try:
        yield
    finally:
        namespace.api.delete(f"{policies}/{_SECRET}")
        namespace.api.delete(f"{secrets}/{_SECRET}")


def _pod(stack: Stack, pool: Pool, node: Object, script: str, *, first: bool = False) -> JobPod:
    huge = allocatable(node, _HUGE_PAGES) >= amount(_HUGE_PAGES_AMOUNT)
    return JobPod(
        name=f"efa-{pool.name}-{'first' if first else 'second'}",
        image=image_of(NCCL_TESTS.at(None), stack),
        script=script,
        pool=pool,
        node=name_of(node),
        limits={
            GPU_RESOURCE: str(pool.gpus),
            EFA_RESOURCE: str(pool.extended[EFA_RESOURCE]),
            **({_HUGE_PAGES: _HUGE_PAGES_AMOUNT} if huge else {}),
            "memory": "32000Mi",
        },
        env={
            "NVIDIA_DRIVER_CAPABILITIES": "compute,utility",
            **({} if huge else {"FI_EFA_USE_HUGE_PAGE": "0"}),
        },
        root=True,
        capabilities=_CAPABILITIES,
        secret=_SECRET,
        labels=_LABELS,
    )


def _launch(pool: Pool, host: str) -> str:
    """Command of the first pod. `host`: address of the second, whose sshd may not listen yet."""
    login = "ssh -F /secret/ssh_config"
    given = " ".join(f"${{{name}:+-x {name}}}" for name in _ENVIRONMENT)
    return f"""\
for second in $(seq 60); do {login} {host} true && break; sleep 1; done
exec mpirun --allow-run-as-root -np {2 * pool.gpus} -N {pool.gpus} --bind-to none \\
  --host "$(hostname):{pool.gpus},{host}:{pool.gpus}" --mca plm_rsh_agent "{login}" \\
  --mca pml ^cm,ucx --mca btl tcp,self --mca btl_tcp_if_exclude lo \\
  {given} -x FI_PROVIDER=efa -x NCCL_DEBUG=INFO -x NCCL_DEBUG_SUBSYS=INIT,NET \\
  /opt/nccl-tests/build/all_reduce_perf {SIZES} -g 1
"""
