"""Bytes of a weight by the quantization_config of a config.json, module by module."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from math import prod

from gpu_cluster.catalog.models.blocks import Module
from gpu_cluster.catalog.models.hub_fields import ConfigError, Fields, Json, as_fields, as_section

_DTYPES = {"float32": ("fp32", 4), "float16": ("fp16", 2), "bfloat16": ("bf16", 2)}
_LISTS = ("ignore", "modules_to_not_convert", "exclude_modules")
_EXPERTS = re.compile(r"\.experts(\.|$)")


@dataclass(frozen=True, slots=True)
class Scheme:
    """Storage format of a quantized weight."""

    precision: str
    bytes: float
    """Bytes of a number, including its share of scales and zero points."""


@dataclass(frozen=True, slots=True)
class Quantization:
    precision: str
    """Precision of the quantized weights; of all weights if none is quantized."""

    plain_bytes: int
    """Bytes of a number that is not quantized."""

    scheme: Scheme | None = None
    experts: Scheme | None = None
    """Scheme of experts if it differs."""

    skipped: tuple[str, ...] = ()
    layers: Mapping[str, Scheme] = field(default_factory=dict[str, Scheme])
    """Schemes of single modules; if given, only these modules are quantized."""

    cache_scales: bool | None = False
    """True if vLLM expects scales of an FP8 cache beside the weights; None where that is not known."""

    def bytes_of(self, module: Module) -> float:
        scheme = self._scheme_of(module)
        return module.numbers * (scheme.bytes if scheme else self.plain_bytes)

    def _scheme_of(self, module: Module) -> Scheme | None:
        if not module.linear or any(_matches(pattern, module.name) for pattern in self.skipped):
            return None
        if self.layers:
            name = module.name.replace(".experts.0.", ".experts.")
            parents = (name.rsplit(".", cut)[0] for cut in range(2))
            return next((self.layers[each] for each in (module.name, *parents) if each in self.layers), None)
        if self.experts and _EXPERTS.search(module.name):
            return self.experts
        return self.scheme


def quantization_of(config: Json, text: Fields, quant: Json | None = None) -> Quantization:
    """`quant`: hf_quant_config.json, which ModelOpt writes beside a config.json."""
    section = as_section(config.get("quantization_config")) or text.below("quantization_config").section
    given = Fields({**section, **as_section((quant or {}).get("quantization"))})
    found = _quantization(config, text, given)
    return replace(found, cache_scales=_has_cache_scales(Fields(section), given, text))


def _has_cache_scales(own: Fields, given: Fields, text: Fields) -> bool | None:
    """Whether vLLM has a KV-cache method for the checkpoint, with which it refuses fp8_e5m2.

    `own`: of config.json alone. Source: wheel vllm 0.26.0, _init_kv_cache_quant in
    vllm/model_executor/layers/attention/attention.py, and get_quant_method in
    vllm/model_executor/layers/quantization/, 2026-11-30.
    """
    if not given.section:
        return False
    match own.text("quant_method"):
        case "fp8":  # only of layers that Fp8Config knows: neither MLA nor those of DeepSeek V4
            return not text.number("kv_lora_rank") and "compress_ratios" not in text
        case "quark":
            return True
        case "compressed-tensors":
            return "kv_cache_scheme" in own
        case method if method.startswith("modelopt") or not method:
            mixed = given.text("quant_algo") == "MIXED_PRECISION"
            return True if method and not mixed else None
        case _:
            return False


def _quantization(config: Json, text: Fields, given: Fields) -> Quantization:
    precision, size = _DTYPES.get(
        text.text("torch_dtype", "dtype") or Fields(config).text("torch_dtype", "dtype"), ("bf16", 2)
    )
    if not given.section:
        return Quantization(precision, size)
    skipped = tuple(_tail(each) for key in _LISTS for each in given.words(key))
    if "quant_method" not in given and not given.text("quant_algo"):
        return Quantization(precision, size)
    if (algorithm := given.text("moe_quant_algo")) and given.text("quant_method") == "fp8":
        experts = _algorithm(
            Fields({"quant_algo": algorithm, "group_size": given.number("group_size", default=16)})
        )
        return Quantization(experts.precision, size, Scheme("fp8", 1), experts, ("lm_head",))
    if singles := given.below("quantized_layers").section:
        schemes = {_tail(name): _algorithm(as_fields(each)) for name, each in singles.items()}
        return Quantization(_most(schemes), size, None, None, skipped, _by_expert(schemes))
    scheme = _scheme(given)
    experts = _mxfp4() if text.text("expert_dtype") == "fp4" else None
    if given.text("quant_method") == "mxfp4":
        return Quantization("mxfp4", size, None, _mxfp4(), skipped)
    named = experts or scheme
    return Quantization(named.precision, size, scheme, experts, (*skipped, "lm_head"))


def _scheme(given: Fields) -> Scheme:
    method = given.text("quant_method")
    match method:
        case "awq" | "gptq" | "auto-round" | "awq_marlin" | "gptq_marlin":
            return _integers(
                given.number("bits", "w_bit", default=4),
                given.number("group_size", "q_group_size", default=128),
                zeros=True,
            )
        case "compressed-tensors":
            return _compressed(given)
        case "bitsandbytes":
            if given.flag("load_in_8bit"):
                return Scheme("int8", 1)
            return Scheme("nf4", 0.5 + 4 / 64)
        case "fp8" | "fbgemm_fp8":
            block = [each for each in given.items("weight_block_size") if isinstance(each, int) and each > 0]
            return Scheme("fp8", 1 + (4 / prod(block) if block else 0))
        case _:
            return _algorithm(given)


def _algorithm(given: Fields) -> Scheme:
    """Scheme by its algorithm name in ModelOpt."""
    name = given.text("quant_algo").upper()
    if "NVFP4" in name:
        return Scheme("nvfp4", 0.5 + 1 / _group(given, default=16))
    if "MXFP4" in name:
        return _mxfp4()
    if name.startswith(("W4A16", "W4A8", "INT4")):
        return _integers(4, given.number("group_size", default=128), zeros=False)
    if "INT8" in name:
        return Scheme("int8", 1)
    if "MXFP8" in name:
        return Scheme("fp8", 1 + 1 / 32)
    return Scheme("fp8", 1)


def _compressed(given: Fields) -> Scheme:
    groups = given.below("config_groups").section
    weights = next((as_fields(each).below("weights") for each in groups.values()), Fields({}))
    bits, group = weights.number("num_bits", default=8), weights.number("group_size")
    if given.text("format").startswith("mxfp4"):
        return _mxfp4()
    if weights.text("type") == "float":
        return Scheme("nvfp4", 0.5 + 1 / _group(weights, default=16)) if bits == 4 else Scheme("fp8", 1)
    return _integers(bits, group, zeros=not weights.flag("symmetric", default=True))


def _group(given: Fields, *, default: int) -> int:
    """Weights that share a scale; 0 and -1 stand for the method's own."""
    size = given.number("group_size")
    return size if size > 0 else default


def _integers(bits: int, group: int, *, zeros: bool) -> Scheme:
    scales = (2 + (bits / 8 if zeros else 0)) / group if group > 0 else 0
    return Scheme(f"int{bits}", bits / 8 + scales)


def _mxfp4() -> Scheme:
    return Scheme("mxfp4", 0.5 + 1 / 32)


def _most(schemes: Mapping[str, Scheme]) -> str:
    """Precision of most modules."""
    names = [each.precision for each in schemes.values()]
    return max(names, key=names.count)


def _by_expert(schemes: Mapping[str, Scheme]) -> dict[str, Scheme]:
    """Modules of every layer, with those of the first expert under the name of all as well."""
    all_experts = {name.replace(".experts.0.", ".experts."): scheme for name, scheme in schemes.items()}
    return {**schemes, **all_experts}


def _tail(pattern: str) -> str:
    """Pattern from `layers.` on, because prefixes depend on how the language model is nested."""
    if pattern.startswith("re:"):
        return pattern
    for theirs, ours in (("block_sparse_moe.", "mlp."), (".ffn.", ".mlp."), ("*.attn.", "*.self_attn.")):
        pattern = pattern.replace(theirs, ours)
    start = pattern.find("layers.")
    return pattern[start:] if start > 0 and not pattern.startswith(("visual", "vision")) else pattern


def _matches(pattern: str, name: str) -> bool:
    if pattern.startswith("re:"):
        return any(_expression(pattern).match(each) for each in (f"model.{name}", name))
    if "*" in pattern:
        return any(fnmatchcase(each, pattern) for each in (name, f"model.{name}"))
    return name == pattern or name.startswith(f"{pattern}.") or f".{pattern}." in f".{name}."


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern.removeprefix("re:"))
    except re.error as error:
        raise ConfigError(f"has the invalid regular expression '{pattern}': {error}") from None
