"""The server of each engine."""

from collections.abc import Sequence

from gpu_cluster.capacity import Pool
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.kubernetes.serving.custom_server import custom
from gpu_cluster.kubernetes.serving.embeddings import text_embeddings_inference
from gpu_cluster.kubernetes.serving.nim import nim
from gpu_cluster.kubernetes.serving.server import Server
from gpu_cluster.kubernetes.serving.sglang import sglang
from gpu_cluster.kubernetes.serving.triton import triton
from gpu_cluster.kubernetes.serving.vllm import vllm


def server_of(
    served_name: str,
    settings: ModelSettings,
    pool: Pool,
    aliases: Sequence[str] = (),
    *,
    reports_usage: bool = False,
) -> Server:
    """Command line, environment and probes of a model's replicas; only vLLM accepts several served names.

    `reports_usage`: streams always end with their token usage, if the engine has an argument for it.
    """
    match settings.engine:
        case ServingEngine.VLLM:
            return vllm(served_name, settings, pool, aliases, reports_usage=reports_usage)
        case ServingEngine.SGLANG:
            return sglang(served_name, settings, pool, reports_usage=reports_usage)
        case ServingEngine.TRITON:
            return triton(settings)
        case ServingEngine.NIM:
            return nim(served_name, settings)
        case ServingEngine.TEI:
            return text_embeddings_inference(served_name, settings)
        case ServingEngine.CUSTOM:
            return custom(settings)
