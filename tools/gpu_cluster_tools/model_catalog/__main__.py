"""Write the table of known models.

python -m gpu_cluster_tools.model_catalog --wheels DIR --checkouts DIR

DIR of wheels: aiconfigurator-core and litgpt, as `pip download --no-deps` leaves them. DIR of checkouts: git
directories named owner+name, of kaito-project/kaito, mlc-ai/mlc-llm, sgl-project/ome, vllm-project/recipes.
Facts of `stated.json` were read by hand, each with its source. What no source states is not in the table.
"""

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import gpu_cluster.catalog.models as package
from gpu_cluster.catalog.models import LanguageModel, hub_config
from gpu_cluster.catalog.models.table import ModelEntry, write_table
from gpu_cluster.catalog.source import Source
from gpu_cluster_tools.model_catalog import published
from gpu_cluster_tools.model_catalog.published import Config, Listed, Published, Variant
from gpu_cluster_tools.model_catalog.sources import checkout_of, published_models

_PLAIN = ("Llama", "Mistral", "Qwen2", "Qwen3", "Phi3", "Granite")
"""Architectures whose cache depends only on heads and layers."""

_QUANTIZED: Mapping[str, Config] = {
    "fp8": {"quant_method": "fp8", "weight_block_size": [128, 128]},
    "int8": {"quant_method": "modelopt", "quant_algo": "INT8"},
    "int4": {"quant_method": "awq", "bits": 4, "group_size": 128},
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--wheels", type=Path, required=True)
    arguments.add_argument("--checkouts", type=Path, required=True)
    given = arguments.parse_args()
    path = Path(package.__file__).with_name("models.csv")
    path.write_text(write_table(_entries(given.wheels, given.checkouts)), encoding="utf-8")


def _entries(wheels: Path, checkouts: Path) -> list[ModelEntry]:
    configs = {each.name: each for each in published_models(wheels, checkouts)}
    configs = {each.name: each for each in _same(configs)} | configs
    found = {name: entry for name, each in configs.items() if (entry := _entry(each))}
    for variant in published.recipes(checkout_of(checkouts, "vllm-project/recipes")):
        if variant.name not in found and (entry := _variant(variant, configs)):
            found[variant.name] = entry
    listed = {each.name: each for each in published.kaito(checkout_of(checkouts, "kaito-project/kaito"))}
    for name, each in listed.items():
        if name not in found and (entry := _of_list(each, found)):
            found[name] = entry
    for name, size in _OBSERVED.items():
        model = found[name].model
        padded = model.expert_weights + size - model.weights
        found[name] = ModelEntry(replace(model, weights=size, expert_weights=padded), found[name].source)
    for name, entry in found.items():
        if _SHORTER.match(name):
            found[name] = ModelEntry(replace(entry.model, context=32_768), entry.source)
    completed = [_completed(entry, listed.get(name)) for name, entry in found.items()]
    return sorted(completed, key=lambda entry: entry.model.name.lower())


def _entry(each: Published) -> ModelEntry | None:
    try:
        model = hub_config.read_config(each.name, each.config, each.quant)
    except hub_config.ConfigError:
        return None
    model = replace(
        model,
        own_code=model.own_code if each.is_file else None,
        cache_scales=model.cache_scales if each.is_quantized_so else None,
    )
    plausible = model.weights <= _MOST_BYTES.get(model.precision, 2.1) * model.parameters * 1e9
    return ModelEntry(model, Source(each.where, each.date)) if plausible else None


_MOST_BYTES = {"fp8": 1.4, "nvfp4": 0.9, "mxfp4": 0.8, "int4": 1.1, "int8": 1.5}
"""Bytes per parameter on average, for models whose quantization is not understood."""


def _variant(variant: Variant, configs: Mapping[str, Published]) -> ModelEntry | None:
    """In the precision that a recipe names, with the layers of the model it is a variant of."""
    base = configs.get(variant.of)
    if base is None or variant.precision not in _QUANTIZED or "quantization_config" in base.config:
        return None
    if _sizes(variant.name) != _sizes(variant.of):
        return None
    where = f"{base.where}; {variant.where}"
    config, is_file = _requantized(base.config, variant.precision), base.is_file
    return _entry(
        Published(variant.name, config, where, variant.date, is_file=is_file, is_quantized_so=False)
    )


def _sizes(name: str) -> list[str]:
    """`235B` and `A22B`: a recipe lists smaller models too."""
    return re.findall(r"A?\d+(?:\.\d+)?[BM]\b", name)


def _requantized(config: Config, precision: str, *, text: bool = False) -> Config:
    bare = {key: value for key, value in config.items() if key != "quantization_config"}
    if "text_config" in bare:
        bare["text_config"] = {k: v for k, v in bare["text_config"].items() if k != "quantization_config"}
    if text:
        bare = bare["text_config"]
    if precision == "bf16":
        return bare
    return bare | {
        "quantization_config": _QUANTIZED[precision] | {"modules_to_not_convert": ["visual", "lm_head"]}
    }


def _same(configs: Mapping[str, Published]) -> Iterator[Published]:
    for source, models in json.loads(
        Path(__file__).with_name("same.json").read_text(encoding="utf-8")
    ).items():
        if source == "comment":
            continue
        for name, of in models.items():
            other, *words = of.split()
            base = configs[other]
            where, config = f"{base.where}; {source}", base.config
            if words:
                config, known = _requantized(config, words[0], text="text" in words), words[0] == "bf16"
                yield replace(base, name=name, config=config, where=where, quant=None, is_quantized_so=known)
            else:
                yield replace(base, name=name, where=where)


def _of_list(each: Listed, found: Mapping[str, ModelEntry]) -> ModelEntry | None:
    """Models of KAITO's list with complete entries: heads, layers, and files that hold the weights."""
    config, architecture = each.config, str(each.config["architectures"][0])
    if not architecture.startswith(_PLAIN) or architecture.startswith(("Qwen3_5", "Qwen3Next", "Phi3V")):
        return None
    if each.name.startswith(
        ("mistralai/Mistral-Large-3", "mistralai/Mistral-Small-4")
    ):  # MLA, by their recipes
        return None
    vocabulary = next(
        (it.model.vocabulary for name, it in found.items() if _family(name) == _family(each.name)), 0
    )
    if (
        not vocabulary
        or not {"hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads"}
        <= config.keys()
    ):
        return None
    heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    size = config.get("head_dim", config["hidden_size"] // heads)
    fp8 = "FP8" in each.name or architecture.startswith("Mistral3")
    model = LanguageModel(
        name=each.name,
        parameters=each.size / (1 if fp8 else 2) / 1e9,
        precision="fp8" if fp8 else "bf16",
        weights=each.size,
        cache=(package.CacheLayers(config["num_hidden_layers"], kv_heads, 2 * size),),
        heads=heads,
        vocabulary=vocabulary,
        context=config["max_position_embeddings"],
        experts=None if "Moe" in architecture else 0,
        predictors=0,
        cache_scales=None if fp8 else False,
    )
    return ModelEntry(model, Source(each.where, each.date))


def _family(name: str) -> str:
    """`mistralai/Ministral-3`: one tokenizer serves its models."""
    return "-".join(name.split("-")[:2])


def _completed(entry: ModelEntry, listed: Listed | None) -> ModelEntry:
    """With the size of its files and its licence where they are listed."""
    model, source = entry.model, entry.source
    gated = True if model.name.startswith("meta-llama/") or (listed and listed.gated) else model.gated
    if model.name.startswith(_OPEN):
        gated = False
    if not listed:
        return ModelEntry(replace(model, gated=gated), source)
    where = source.where if listed.where in source.where else f"{source.where}; files: {listed.where}"
    weights = listed.size if model.precision in ("int4", "nvfp4") else model.weights
    twice = (
        model.name in _OBSERVED
    )  # their repositories hold the weights in two formats, of which one is loaded
    files = listed.size if listed.size > weights * 1.001 and not twice else 0
    experts = round(model.expert_weights * weights / model.weights)
    model = replace(
        model, gated=gated, licence=listed.licence, weights=weights, files=files, expert_weights=experts
    )
    return ModelEntry(model, Source(where, source.date))


_OPEN = ("Qwen/", "deepseek-ai/", "microsoft/", "openai/", "mistralai/Mistral-7B-Instruct-v0.3")
"""Published notes of downloads without a token."""

_SHORTER = re.compile(r"Qwen/Qwen2\.5-(Coder-)?[\d.]+B-Instruct(-AWQ|-GPTQ-Int4)?$")
"""Their config.json has max_position_embeddings of 32768, and that of the base model 131072. 2026-11-21."""

_OBSERVED = {"openai/gpt-oss-20b": 14_730_000_000, "openai/gpt-oss-120b": 69_130_000_000}
"""Bytes that vLLM logs as loaded: it pads the experts of gpt-oss to the tiles of its kernels. 2026-11-21."""


if __name__ == "__main__":
    main()
