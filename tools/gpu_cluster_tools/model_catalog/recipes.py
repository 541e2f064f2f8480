"""Write the table of vLLM's settings for published models.

python -m gpu_cluster_tools.model_catalog.recipes GIT_DIRECTORY

GIT_DIRECTORY is that of a clone of vllm-project/recipes.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

import gpu_cluster.catalog.models as package
from gpu_cluster.catalog.models.recipes import Recipe, write_recipes
from gpu_cluster.catalog.source import Source
from gpu_cluster_tools.model_catalog.published import Checkout

_OF_THE_STACK = frozenset(
    {
        *("--host", "--port", "--served-model-name", "--init-timeout", "--allowed-local-media-path"),
        *("--tensor-parallel-size", "--data-parallel-size", "--pipeline-parallel-size"),
        *("--max-model-len", "--gpu-memory-utilization", "--max-num-seqs"),
    }
)
"""Arguments that the platform sets, or that depend on hardware and load."""


_GPUS = {
    **{"h100": "H100", "h200": "H200", "b200": "B200", "b300": "B300", "gb200": "GB200"},
    **{"a100": "A100-80GB", "rtx_pro_6000": "RTX-PRO-6000"},
}


def main() -> None:
    checkout = Checkout(Path(sys.argv[1]), "vllm-project/recipes")
    path = Path(package.__file__).with_name("recipes.csv")
    path.write_text(write_recipes(recipes(checkout)), encoding="utf-8")


def recipes(checkout: Checkout) -> Iterator[Recipe]:
    """One for each model and variant, by name; the first of two files with the same model counts."""
    found: dict[str, Recipe] = {}
    for path in checkout.files("models"):
        if path.endswith(".yaml"):
            document: Any = yaml.safe_load(checkout.read(path))
            for recipe in recipes_of(document, Source(checkout.where(path), checkout.date)):
                found.setdefault(recipe.model, recipe)
    yield from (found[name] for name in sorted(found))


def recipes_of(document: dict[str, Any], source: Source) -> Iterator[Recipe]:
    """Recipes of the model of a file and of its variants, which are models of their own."""
    model, meta = document["model"], document["meta"]
    features: dict[str, Any] = document.get("features") or {}
    hardware: dict[str, str] = meta.get("hardware") or {}
    variants: dict[str, dict[str, Any] | None] = document.get("variants") or {}
    default: dict[str, Any] = variants.get("default") or {}
    own = default.get("vram_minimum_gb") if default.get("model_id") in (None, model["model_id"]) else None
    for variant in ({"vram_minimum_gb": own}, *filter(None, variants.values())):
        arguments = _joined([*(model.get("base_args") or []), *(variant.get("extra_args") or [])])
        yield Recipe(
            model=variant.get("model_id") or model["model_id"],
            release=str(model.get("min_vllm_version") or ""),
            arguments=tuple(word for word in arguments if word.partition("=")[0] not in _OF_THE_STACK),
            tool_parser=_value(features.get("tool_calling"), "--tool-call-parser"),
            reasoning_parser=_value(features.get("reasoning"), "--reasoning-parser"),
            omni="omni" in (meta.get("tasks") or []),
            memory_gb=round(variant.get("vram_minimum_gb") or 0),
            verified=tuple(
                _GPUS[it] for it, state in hardware.items() if it in _GPUS and state == "verified"
            ),
            source=source,
        )


def _value(feature: dict[str, Any] | None, flag: str) -> str:
    words = _joined((feature or {}).get("args") or [])
    return next((word.partition("=")[2] for word in words if word.startswith(f"{flag}=")), "")


def _joined(words: list[Any]) -> list[str]:
    """`--a_b c` as `--a-b=c`."""
    joined: list[str] = []
    for word in map(str, words):
        if word.startswith("--"):
            name, dot, nested = word.replace(" ", "=", 1).partition("=")[0].partition(".")
            value = word.replace(" ", "=", 1)[len(name + dot + nested) :]
            joined.append(name.replace("_", "-") + dot + nested + value)
        elif joined:
            joined[-1] += f" {word}" if "=" in joined[-1] else f"={word}"
    return list(dict.fromkeys(joined))


if __name__ == "__main__":
    main()
