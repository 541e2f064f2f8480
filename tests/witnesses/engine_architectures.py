"""The catalog's published configurations, read by vLLM itself in a Python that has it.

    <python with vLLM> tests/witnesses/engine_architectures.py < configs.json

It prints a line for each answer that differs from the catalog, and ends with 1 if there are any. Questions:
experts with expert parallelism, multi-token prediction, code of the repository, and a cache in fp8_e5m2.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

UNREAD = "not read: "


def differences(each: dict[str, Any]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(each["config"]))
        if each["quant"]:
            (Path(folder) / "hf_quant_config.json").write_text(json.dumps(each["quant"]))
        try:
            model = _model_config(folder)
        except Exception as error:  # of transformers, vLLM or pydantic
            yield from _without_config(each, " ".join(str(error).split()))
            return
        if each["ownCode"]:
            yield f"ownCode: catalog {each['ownCode']}, vLLM needs none"
        if each["experts"] is not None:
            yield from _compared("experts", each["experts"], model.get_num_experts())
            yield from _compared("expert parallel", bool(each["experts"]), _divides_experts(model))
        if each["predictors"] is not None:
            yield from _compared("prediction", bool(each["predictors"]), _predicts(model))
        if each["cacheScales"] is not None:
            yield from _compared("cache scales", each["cacheScales"], _refuses_e5m2(model))


def _compared(what: str, ours: object, theirs: object) -> Iterator[str]:
    if ours != theirs:
        yield f"{what}: catalog {ours}, vLLM {theirs}"


def _without_config(each: dict[str, Any], problem: str) -> Iterator[str]:
    """vLLM answers nothing of copies that their publisher has edited; that it needs code is an answer."""
    needs_code = "trust_remote_code" in problem or "does not recognize this architecture" in problem
    if not needs_code or each["ownCode"] is None:
        yield f"{UNREAD}{problem[:160]}"
    elif not each["ownCode"]:
        yield f"ownCode: catalog {each['ownCode']}, vLLM: {problem[:160]}"


def _model_config(folder: str) -> Any:
    engine: Any = import_module("vllm.engine.arg_utils")
    return engine.EngineArgs(model=folder, skip_tokenizer_init=True, max_model_len=1024).create_model_config()


def _divides_experts(model: Any) -> bool:
    try:
        model._verify_with_expert_parallelism()
    except ValueError:
        return False
    return True


def _predicts(model: Any) -> bool:
    config: Any = import_module("vllm.config")
    try:
        config.SpeculativeConfig(
            method="mtp",
            num_speculative_tokens=1,
            target_model_config=model,
            target_parallel_config=config.ParallelConfig(),
        )
    except (NotImplementedError, ValueError):
        return False
    return True


def _refuses_e5m2(model: Any) -> bool:
    """Whether an attention layer of the model refuses it, as it is set up before weights are loaded."""
    if model.quantization is None:
        return False
    found: Any = import_module("vllm.model_executor.layers.quantization")
    weights: Any = import_module("vllm.model_executor.model_loader.weight_utils")
    load: Any = import_module("vllm.config").LoadConfig()
    assert model.quantization in found.QUANTIZATION_METHODS
    attention: Any = import_module("vllm.model_executor.layers.attention.attention")
    latent: Any = import_module("vllm.model_executor.layers.attention.mla_attention")
    kind = latent.MLAAttention if model.use_mla else attention.Attention
    layer = kind.__new__(kind)
    import_module("torch").nn.Module.__init__(layer)
    layer.kv_cache_dtype = "fp8_e5m2"
    layer.impl = None
    try:
        attention._init_kv_cache_quant(
            layer, weights.get_quant_config(model, load), "model.layers.0.self_attn"
        )
    except ValueError as error:
        if "fp8_e5m2" not in str(error):
            raise
        return True
    return False


def main() -> int:
    version = import_module("vllm").__version__
    asked = json.load(sys.stdin)
    lines = [(each["name"], line) for each in asked for line in differences(each)]
    for name, line in lines:
        sys.stdout.write(f"{name}: {line}\n")
    unread = sum(line.startswith(UNREAD) for _, line in lines)
    found = len(lines) - unread
    sys.stdout.write(f"vLLM {version}: {len(asked)} configurations, {unread} not read, {found} differences\n")
    return 1 if found else 0


if __name__ == "__main__":
    os.environ |= {"VLLM_LOGGING_LEVEL": "CRITICAL", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    sys.exit(main())
