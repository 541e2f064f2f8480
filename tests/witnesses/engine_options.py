"""Options that vLLM refuses because of a model, asked of vLLM itself.

    <python with vLLM> tests/witnesses/engine_options.py

It prints what vLLM says of each, and ends with 1 where that differs from
`components/gpu_cluster/stack/checks/unsupported_options.py`.
"""

import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

_DENSE: dict[str, Any] = {
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
CONFIGS: dict[str, dict[str, Any]] = {
    "dense": _DENSE,
    "sparse": _DENSE
    | {"architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "num_experts": 128}
    | {"num_experts_per_tok": 8, "moe_intermediate_size": 768},
    "predicting": _DENSE
    | {"architectures": ["Qwen3NextForCausalLM"], "model_type": "qwen3_next", "num_experts": 512}
    | {"num_experts_per_tok": 10, "moe_intermediate_size": 512, "num_nextn_predict_layers": 1},
    "small": _DENSE | {"num_hidden_layers": 2},
    "other words": _DENSE | {"num_hidden_layers": 2, "vocab_size": 152064},
    "unknown": _DENSE | {"model_type": "of-its-own", "auto_map": {"AutoConfig": "configuration.OwnConfig"}},
}
ASKED: list[tuple[str, str, dict[str, Any], bool]] = [
    ("expert parallel", "dense", {"enable_expert_parallel": True}, False),
    ("expert parallel", "sparse", {"enable_expert_parallel": True}, True),
    ("mtp", "dense", {"method": "mtp", "num_speculative_tokens": 1}, False),
    ("mtp", "predicting", {"method": "mtp", "num_speculative_tokens": 1}, True),
    ("mtp without tokens", "predicting", {"method": "mtp"}, False),
    ("ngram", "dense", {"method": "ngram", "num_speculative_tokens": 2}, True),
    ("ngram without tokens", "dense", {"method": "ngram"}, False),
    ("eagle3 without draft", "dense", {"method": "eagle3", "num_speculative_tokens": 2}, False),
    ("draft", "dense", {"model": "small", "num_speculative_tokens": 2}, True),
    ("draft of other words", "dense", {"model": "other words", "num_speculative_tokens": 2}, False),
    ("code of the repository", "unknown", {}, False),
]
"""Option, model and settings, and whether vLLM is expected to accept them."""


def refusal(folder: Path, name: str, settings: dict[str, Any]) -> str:
    """Reason of a refusal; empty where vLLM accepts the settings."""
    config: Any = import_module("vllm.config")
    engine: Any = import_module("vllm.engine.arg_utils")
    expert = bool(settings.get("enable_expert_parallel"))
    parallel = config.ParallelConfig(enable_expert_parallel=expert)
    try:
        model = engine.EngineArgs(
            model=str(folder / name), skip_tokenizer_init=True, max_model_len=4096
        ).create_model_config()
        model.verify_with_parallel_config(parallel)
        if settings and not expert:
            paths = {"model": str(folder / settings["model"])} if "model" in settings else {}
            config.SpeculativeConfig(
                **(settings | paths), target_model_config=model, target_parallel_config=parallel
            )
    except (NotImplementedError, ValueError) as error:
        lines = [line.strip() for line in str(error).splitlines()]
        return next((line for line in lines if "rror, " in line), lines[0])[:110]
    return ""


def main() -> int:
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, document in CONFIGS.items():
            (folder / name).mkdir()
            (folder / name / "config.json").write_text(json.dumps(document))
        for what, name, settings, accepted in ASKED:
            said = refusal(folder, name, settings)
            unexpected = bool(said) == accepted
            wrong += unexpected
            sys.stdout.write(f"{'DIFFERS ' if unexpected else ''}{what}, {name}: {said or 'accepted'}\n")
    sys.stdout.write(f"vLLM {import_module('vllm').__version__}: {len(ASKED)} asked, {wrong} differences\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    os.environ |= {"VLLM_LOGGING_LEVEL": "CRITICAL", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    sys.exit(main())
