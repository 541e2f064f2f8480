"""Values of --quantization that vLLM accepts for a checkpoint of each kind.

    <python with vLLM> tests/witnesses/engine_checkpoints.py

It prints a line for each kind of checkpoint. `components/gpu_cluster/stack/checks/engine_support.py` has the
values that vLLM accepted on a CPU, and those that it accepts on GPUs alone, such as awq_marlin.
"""

import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

_MODEL: dict[str, Any] = {
    "architectures": ["Qwen3ForCausalLM"],
    "model_type": "qwen3",
    "hidden_size": 4096,
    "intermediate_size": 12288,
    "num_attention_heads": 32,
    "num_hidden_layers": 36,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "vocab_size": 151936,
    "max_position_embeddings": 40960,
    "torch_dtype": "bfloat16",
    "hidden_act": "silu",
}
_CHANNELS = {
    "targets": ["Linear"],
    "weights": {"num_bits": 8, "type": "float", "strategy": "channel", "symmetric": True},
    "input_activations": {"num_bits": 8, "type": "float", "strategy": "token", "dynamic": True},
}
CHECKPOINTS: dict[str, dict[str, Any] | None] = {
    "bf16": None,
    "awq": {"quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": True, "version": "gemm"},
    "gptq": {"quant_method": "gptq", "bits": 4, "group_size": 128, "desc_act": False, "sym": True},
    "fp8": {"quant_method": "fp8", "activation_scheme": "dynamic", "weight_block_size": [128, 128]},
    "mxfp4": {"quant_method": "mxfp4"},
    "compressed-tensors": {
        "quant_method": "compressed-tensors",
        "format": "float-quantized",
        "ignore": ["lm_head"],
        "config_groups": {"group_0": _CHANNELS},
    },
    "modelopt": {"quant_method": "modelopt", "quant_algo": "FP8", "quantization": {"quant_algo": "FP8"}},
}
"""quantization_config of a checkpoint's config.json, as publishers write it."""


def accepts(config: dict[str, Any] | None, method: str) -> bool:
    engine: Any = import_module("vllm.engine.arg_utils")
    document = _MODEL | ({"quantization_config": config} if config else {})
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(document))
        try:
            engine.EngineArgs(
                model=folder, skip_tokenizer_init=True, max_model_len=4096, quantization=method
            ).create_model_config()
        except ValueError:
            return False
    return True


def main() -> None:
    methods: list[str] = import_module("vllm.model_executor.layers.quantization").QUANTIZATION_METHODS
    for name, config in CHECKPOINTS.items():
        accepted = [method for method in methods if accepts(config, method)]
        sys.stdout.write(f"{name}: {', '.join(accepted)}\n")


if __name__ == "__main__":
    os.environ |= {"VLLM_LOGGING_LEVEL": "CRITICAL", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    main()
