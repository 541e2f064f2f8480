"""Models that `engine: vllm-cpu` of a local cluster serves: with random weights, on processors."""

from collections.abc import Iterator

from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Diagnostic

_RANDOM = "its model has random weights and no other files"
_ONE_PROCESS = "it runs one process of 3 GiB for a replica"


def local_engine(stack: Stack) -> Iterator[Diagnostic]:
    """Models of the pool that has real nodes; nothing runs for those of other pools."""
    if not isinstance(stack.cluster, LocalCluster) or stack.cluster.engine != "vllm-cpu":
        return
    served = {name: it for name, it in stack.serving.models.items() if it.engine is ServingEngine.VLLM}
    real = next((model.pool for model in served.values()), None)
    for name, model in served.items():
        for key, reason in _unserved(model).items() if model.pool == real else ():
            yield Diagnostic(
                ("serving", "models", name, key),
                f"requires cluster.engine model-server, got vllm-cpu: {reason}",
            )


def _unserved(model: ModelSettings) -> dict[str, str]:
    """Keys that vLLM rejects without GPUs, or without the files that they name."""
    reasons = {
        "store": (model.store, _RANDOM),
        "lora": (model.lora, _RANDOM),
        "speculative": (model.speculative, _RANDOM),
        "quantization": (model.quantization, _RANDOM),
        "kvCacheDtype": (model.kv_cache_dtype, "its KV cache has the type of the model"),
        "gpus": (model.gpus > 1, _ONE_PROCESS),
        "nodes": (model.nodes > 1, _ONE_PROCESS),
    }
    return {key: reason for key, (given, reason) in reasons.items() if given}
