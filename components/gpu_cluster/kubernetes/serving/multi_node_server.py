"""Arguments and environment by which an engine's processes on several nodes form one server."""

from dataclasses import replace

from pulumi_kubernetes.core import v1 as core

from gpu_cluster.capacity import EFA_RESOURCE, Pool
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.kubernetes.serving.server import Server
from gpu_cluster.kubernetes.serving.sglang import GROUP_PORT

_LEADER = "$(LWS_LEADER_ADDRESS)"
_RANK = "$(LWS_WORKER_INDEX)"
"""Variables that the LeaderWorkerSet controller sets first in each container (pkg/utils/pod/pod_utils.go
of kubernetes-sigs/lws v0.7.0, 2026-11-29)."""


def group_member(server: Server, settings: ModelSettings, pool: Pool, *, leader: bool) -> Server:
    """The server of one pod of a group. Only that of the leader answers requests.

    vLLM without Ray: `--nnodes`, `--node-rank`, `--master-addr`, and `--headless` on the others (vLLM 0.26.0,
    docs/serving/parallelism_scaling.md, Running vLLM with MultiProcessing; config/parallel.py, 2026-11-29).
    SGLang: `--nnodes`, `--node-rank`, `--dist-init-addr` (docs/examples/sglang, kubernetes-sigs/lws v0.7.0).
    """
    rank = "0" if leader else _RANK
    arguments = [*server.arguments, f"--nnodes={settings.nodes}", f"--node-rank={rank}"]
    if settings.engine is ServingEngine.SGLANG:
        arguments.append(f"--dist-init-addr={_LEADER}:{GROUP_PORT}")
    else:
        arguments += [f"--master-addr={_LEADER}", *([] if leader else ["--headless"])]
    environment = {**server.environment, **_fabric(settings, pool)}
    return replace(server, arguments=arguments, environment=environment)


def _fabric(settings: ModelSettings, pool: Pool) -> dict[str, str]:
    """Environment for libfabric with EFA: the AWS preset for libfabric 1.18 and aws-ofi-nccl 1.7 or later.

    Without it the provider takes buffers from huge pages, which a pod has none of without a request, and
    which no autoscaler knows a new node to have. Other variables are not to be set from these releases on
    (1.architectures/efa-cheatsheet.md of aws-samples/awsome-distributed-training, 2026-11-29).
    """
    own = {"FI_EFA_USE_HUGE_PAGE": "0"} if EFA_RESOURCE in pool.extended else {}
    return {name: value for name, value in own.items() if name not in settings.env}


def address(settings: ModelSettings) -> list[core.EnvVarArgs]:
    """The pod's own address, by which vLLM is reached by the other pods of its group."""
    if settings.engine is not ServingEngine.VLLM:
        return []
    source = core.EnvVarSourceArgs(field_ref=core.ObjectFieldSelectorArgs(field_path="status.podIP"))
    return [core.EnvVarArgs(name="VLLM_HOST_IP", value_from=source)]


def interfaces(pool: Pool) -> dict[str, str]:
    """Resource request for all EFA interfaces of a node; none without EFA."""
    count = pool.extended.get(EFA_RESOURCE)
    return {EFA_RESOURCE: str(count)} if count else {}
